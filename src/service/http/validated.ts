import { Body, Param, type PipeTransform, Query } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { InvalidRequestError } from '../problems/problems.js';

/** Parses what a request brings by a zod schema; unknown fields are refused by strict objects. */
class ZodPipe<T> implements PipeTransform<unknown, T> {
  readonly #schema: z.ZodType<T>;
  readonly #part: string;

  constructor(schema: z.ZodType<T>, part: string) {
    this.#schema = schema;
    this.#part = part;
  }

  transform(value: unknown): T {
    const parsed = this.#schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw new InvalidRequestError(
      parsed.error.issues.map(({ path, message }) => ({
        at: [this.#part, ...path].join('.'),
        problem: message,
      })),
    );
  }
}

/** The request's JSON body, parsed by `schema` and described by it in the OpenAPI document. */
export function JsonBody(schema: z.ZodType): ParameterDecorator {
  return (target, key, index) => {
    describeMethod(target, key!, ApiBody({ schema: openApiOf(schema) }));
    Body(new ZodPipe(schema, 'body'))(target, key, index);
  };
}

/** The request's query string, parsed as one object; each field becomes a documented parameter. */
export function QueryOf(schema: z.ZodObject<Record<string, z.ZodType>>): ParameterDecorator {
  return (target, key, index) => {
    for (const [name, field] of Object.entries(schema.shape)) {
      const required = !field.safeParse(undefined).success;
      describeMethod(target, key!, ApiQuery({ name, required, schema: openApiOf(field) }));
    }
    Query(new ZodPipe(schema, 'query'))(target, key, index);
  };
}

/** An id in the path; anything that is not a UUID cannot exist and is refused before any query. */
export function IdOf(name: string): ParameterDecorator {
  return (target, key, index) => {
    describeMethod(target, key!, ApiParam({ name, schema: { type: 'string', format: 'uuid' } }));
    Param(name, new ZodPipe(z.guid(), name))(target, key, index);
  };
}

/** A part of the path that is no id. */
export function PathPart(name: string, schema: z.ZodType): ParameterDecorator {
  return (target, key, index) => {
    describeMethod(target, key!, ApiParam({ name, schema: openApiOf(schema) }));
    Param(name, new ZodPipe(schema, name))(target, key, index);
  };
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export function openApiOf(schema: z.ZodType): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return described;
}

function describeMethod(target: object, key: string | symbol, decorate: MethodDecorator): void {
  decorate(target, key, Object.getOwnPropertyDescriptor(target, key)!);
}
