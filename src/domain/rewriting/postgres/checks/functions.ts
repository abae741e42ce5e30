import { Refusal } from '../../refusal.js';
import { equivalentFunctions } from '../allowed/equivalents.js';
import { allowedFunctions, allowedInformationSchemaFunctions } from '../allowed/functions.js';
import { isReadable, whyNotSet } from '../allowed/settings.js';
import type { AnalysisContext } from '../analysis.js';
import type { TreeNode } from '../parser.js';
import { namesIn, nodesOf, type Visited } from '../tree/walk.js';

/** A call is allowed when every function that its name may mean is. */
export function checkFunction({ node }: Visited, context: AnalysisContext): void {
  const names = namesIn(node, 'funcname');
  const name = names.at(-1) ?? '';
  const schema = names.length > 1 ? names.at(-2) : undefined;
  const location = (node.location as number | undefined) ?? 0;
  if (names.length > 2)
    throw new Refusal('function', 'the query names a function of another database', { location });
  const why = whyNotCalled(schema, name, context);
  if (why !== undefined)
    throw new Refusal('function', why, { location, mend: allowedCall(schema, name, location) });
  checkSettingFunctions(name, node, location);
}

/** The built-in of that name, written out, or one that does the same. */
function allowedCall(schema: string | undefined, name: string, location: number): Refusal['mend'] {
  if (schema !== undefined) return undefined;
  if (allowedFunctions.has(name)) return [{ start: location, end: location, text: 'pg_catalog.' }];
  const equivalent = equivalentFunctions.get(name);
  return equivalent === undefined
    ? undefined
    : [{ start: location, end: location + name.length, text: equivalent }];
}

/** Undefined when a function may be called, else why not. */
export function whyNotCalled(
  schema: string | undefined,
  name: string,
  { protection }: AnalysisContext,
): string | undefined {
  const printed = schema === undefined ? name : `${schema}.${name}`;
  if (schema === 'information_schema') {
    return allowedInformationSchemaFunctions.has(name) ? undefined : notListed(printed);
  }
  if (schema === 'pg_catalog') return allowedFunctions.has(name) ? undefined : notListed(printed);
  const ofUsers = protection
    .routines(name)
    .filter((routine) => schema === undefined || routine.schema === schema);
  const unsafe = ofUsers.find((routine) => !protection.isSafeRoutine(routine));
  if (unsafe) {
    return allowedFunctions.has(name) && schema === undefined
      ? `'${name}' may mean '${unsafe.schema}.${name}', whose code is not known: write 'pg_catalog.${name}'`
      : `'${printed}' runs code that may read anything; the owner of the database can vouch for it`;
  }
  if (ofUsers.length > 0) return undefined;
  return schema === undefined && allowedFunctions.has(name) ? undefined : notListed(printed);
}

function notListed(printed: string): string {
  return `'${printed}' is not on the list of functions that can be masked`;
}

/** Names of settings have to be constants: one that is computed cannot be checked. */
function checkSettingFunctions(name: string, node: TreeNode, location: number): void {
  if (name !== 'current_setting' && name !== 'set_config') return;
  const [setting, value] = nodesOf(node, 'args').map(constantText);
  if (setting === undefined)
    throw new Refusal('setting', `'${name}' needs the name of the setting as a constant`, { location });
  if (!isReadable(setting))
    throw new Refusal('setting', 'settings of the gateway itself may not be read', { location });
  if (name === 'current_setting') return;
  if (value === undefined)
    throw new Refusal('setting', "'set_config' needs the value as a constant", { location });
  const why = whyNotSet(setting, [value]);
  if (why !== undefined) throw new Refusal('setting', why, { location });
}

function constantText({ kind, node }: Visited): string | undefined {
  if (kind === 'TypeCast') {
    const [inner] = nodesOf(node, 'arg');
    const type = namesIn(node.typeName as TreeNode, 'names').at(-1);
    return inner && (type === 'text' || type === 'varchar') ? constantText(inner) : undefined;
  }
  if (kind !== 'A_Const' || node.sval === undefined) return undefined;
  return ((node.sval as TreeNode).sval as string | undefined) ?? '';
}
