import fc, { type Arbitrary } from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import { describeApi } from '../../src/service/documentation/documentation.js';
import type { TestService } from './service.js';

/** What of JSON Schema 2020-12 our documents use. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema?: JsonSchema;
}

/** One route of the API, as its document describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly permission: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  /** True for a stream of events, which does not end by itself. */
  readonly streams: boolean;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly 'x-permission'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

export function documentOf({ application }: TestService): OpenAPIObject {
  return describeApi(application);
}

/** Every route, in the document's order. */
export function operationsOf(service: TestService): readonly Operation[] {
  const document = documentOf(service);
  const paths = inPlace(document.paths, document.components?.schemas ?? {}) as OpenAPIObject['paths'];
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, DescribedOperation>).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'],
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json'].schema,
      streams: Object.values(operation.responses).some(({ content = {} }) => 'text/event-stream' in content),
    })),
  );
}

/** A part of the document with what it refers to put in the references' place. */
function inPlace(part: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(part)) return part.map((each) => inPlace(each, schemas));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref } = part as { readonly $ref?: string };
  if ($ref !== undefined) return inPlace(schemas[$ref.replace('#/components/schemas/', '')], schemas);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inPlace(value, schemas)]));
}

/** Values that a schema allows, as far as it says. */
export function valuesOf(schema: JsonSchema): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map(valuesOf));
  switch (schema.type) {
    case 'object':
      return objectsOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case 'integer':
      return fc.integer({ min: bounded(schema.minimum, 0), max: bounded(schema.maximum, 1_000_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return stringsOf(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf({ properties = {}, required = [] }: JsonSchema): Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valuesOf(field)]),
  );
  return fc.record(fields, {
    requiredKeys: required.filter((name) => name in fields),
    noNullPrototype: true,
  });
}

function stringsOf({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0) }).map((at) => at.toISOString());
  if (format === 'uri') return fc.webUrl();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}

/** JSON Schema's safe integers are too large to be of use. */
function bounded(given: number | undefined, otherwise: number): number {
  return given === undefined || Math.abs(given) > 2 ** 31 ? otherwise : given;
}
