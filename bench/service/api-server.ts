import { createApplication } from '../../src/service/application.js';
import { readConfiguration } from '../../src/service/configuration/configuration.js';
import { openFoundation } from '../../src/service/foundation.js';

/** The service as it ships, in a process of its own, on a free port. */
const foundation = await openFoundation(readConfiguration(process.env));
const application = await createApplication(foundation);
await application.listen(0, '127.0.0.1');
const { port } = application.getHttpServer().address() as { port: number };
process.send!({ port });
