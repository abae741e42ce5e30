import type { InformationType } from '../../domain/classification/information-type.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import { NOTHING } from '../../domain/classification/labels-file.js';

/** The type that a request names; undefined for "none". Throws `UnknownInformationTypeError`. */
export function typeNamed(id: string, types: InformationTypeRegistry): InformationType | undefined {
  return id === NOTHING ? undefined : types.get(id);
}
