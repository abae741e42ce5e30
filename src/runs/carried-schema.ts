import type { CarriedSchema } from '../domain/scrub/personal-data-in-ddl.js';
import type { ScrubSource } from '../engines/scrub-source.js';

/** What of the source's schema is carried over, for planning to look through. */
export async function carriedSchema(source: ScrubSource): Promise<CarriedSchema> {
  const { preData, postData, leftOut } = await source.schema();
  return { definitions: [...preData, ...postData], leftOut };
}
