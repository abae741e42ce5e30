import type { OpenAPIObject } from '@nestjs/swagger';

type Described = Readonly<Record<string, unknown>>;

/**
 * The document with every schema that has a name (zod's `meta({ id })`) described once under
 * `components.schemas` and referred to elsewhere, so that a generated client names it once too.
 *
 * @throws Error when two different schemas bear one name: a mistake of ours, found when the service starts
 */
export function nameSchemas(document: OpenAPIObject): OpenAPIObject {
  const shared = new Map<string, unknown>();

  const share = (name: string, schema: unknown): { $ref: string } => {
    const described = shared.get(name);
    if (described === undefined) shared.set(name, schema);
    else if (JSON.stringify(described) !== JSON.stringify(schema)) {
      throw new Error(`two schemas of the API are named ${name}: give one another name`);
    }
    return { $ref: `#/components/schemas/${name}` };
  };

  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    const { $defs, ...rest } = part as Described;
    for (const [name, schema] of Object.entries(($defs ?? {}) as Described))
      share(name, nameless(walk(schema)));
    const walked = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, walk(value)]));
    const { $ref } = walked;
    if (typeof $ref === 'string')
      return { ...walked, $ref: $ref.replace(/^#\/\$defs\//, '#/components/schemas/') };
    return isNamedSchema(walked) ? share(walked.id, nameless(walked)) : walked;
  };

  const paths = walk(document.paths) as OpenAPIObject['paths'];
  const components = walk(document.components ?? {}) as OpenAPIObject['components'];
  const schemas = [...shared].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    ...document,
    paths,
    components: { ...components, schemas: Object.fromEntries(schemas) },
  } as OpenAPIObject;
}

/** A property may be called `id` too; a schema's own `id` is a string beside what describes it. */
function isNamedSchema(part: Described): part is { readonly id: string } {
  return typeof part.id === 'string' && ['type', 'anyOf', 'oneOf', 'allOf'].some((key) => key in part);
}

function nameless(schema: unknown): unknown {
  const { id: _, ...rest } = schema as Described;
  return rest;
}
