import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { informationTypeJsonSchema } from '../domain/classification/information-type.js';
import { packageRoot } from '../package-root.js';

// Run by `npm run rules:schema`; a test fails where the published schema is not that of the code.
await writeFile(join(packageRoot, 'rules', 'information-type.schema.json'), informationTypeJsonSchema());
