import { z } from 'zod';

type Changeable<Shape extends z.ZodRawShape> = { [Field in keyof Shape]: z.ZodOptional<Shape[Field]> };

/**
 * What a PATCH of an object takes: each of its fields, or not. A field that is left out stays as it is, where
 * `.partial()` would set it back to its default.
 */
export function changesOf<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
): z.ZodObject<Changeable<Shape>> {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const taken = withoutDefault(field as z.ZodType).optional();
    const { description } = field as z.ZodType;
    return [name, description === undefined ? taken : taken.describe(description)] as const;
  });
  return z.strictObject(Object.fromEntries(fields) as unknown as Changeable<Shape>);
}

function withoutDefault(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodDefault || field instanceof z.ZodPrefault
    ? (field.unwrap() as z.ZodType)
    : field;
}
