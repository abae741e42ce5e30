import { UnknownUntilApply } from '../../domain/posture/facts/terraform-facts.js';

/** What expressions may refer to: values as they are written, expressions among them. */
export interface Scope {
  readonly variables: ReadonlyMap<string, unknown>;
  readonly locals: ReadonlyMap<string, unknown>;
}

/** References that lead to references, and so on. */
const DEEPEST = 20;

/**
 * Replaces expressions by their values where these are certain: a variable with a value, a local. Anything
 * else (references, functions, conditions) is unknown until apply; nothing is guessed.
 */
export function resolveExpressions(value: unknown, scope: Scope, depth = 0): unknown {
  if (depth > DEEPEST) return new UnknownUntilApply('a reference without end');
  if (Array.isArray(value)) return value.map((each) => resolveExpressions(each, scope, depth));
  if (typeof value === 'object' && value !== null && !(value instanceof UnknownUntilApply)) {
    const entries = Object.entries(value).map(
      ([name, inner]) => [name, resolveExpressions(inner, scope, depth)] as const,
    );
    return Object.fromEntries([...entries, ...dynamicBlocks(value as Record<string, unknown>)]);
  }
  if (typeof value !== 'string' || !value.includes('${')) return value;
  const whole = /^\$\{\s*(var|local)\.([\w-]+)\s*\}$/.exec(value);
  if (whole) {
    const [, kind, name] = whole;
    const known = kind === 'var' ? scope.variables : scope.locals;
    if (known.has(name)) return resolveExpressions(known.get(name), scope, depth + 1);
    return new UnknownUntilApply(`the variable ${name}, which has no value`);
  }
  const literal = /^\$\{\s*(true|false|-?\d+(?:\.\d+)?)\s*\}$/.exec(value)?.[1];
  if (literal !== undefined) return JSON.parse(literal) as unknown;
  return new UnknownUntilApply(`the expression ${shorten(value)}`);
}

/** Blocks that `dynamic` makes are there, and their contents are not known. */
function dynamicBlocks(holder: Record<string, unknown>): readonly (readonly [string, unknown])[] {
  const dynamic = holder.dynamic;
  if (typeof dynamic !== 'object' || dynamic === null) return [];
  return Object.keys(dynamic)
    .filter((name) => !(name in holder))
    .map((name) => [name, new UnknownUntilApply('made by a dynamic block')] as const);
}

/** References name things and quote nothing; what holds a quoted text might hold a secret. */
function shorten(expression: string): string {
  return /^\$\{[\w.[\]* -]+\}$/.test(expression) && expression.length < 80 ? expression : '${…}';
}
