import { configured, type TerraformResource, UnknownUntilApply } from './facts/terraform-facts.js';
import type { Verdict } from './verdict.js';

export function ofType(
  resources: readonly TerraformResource[],
  ...types: readonly string[]
): readonly TerraformResource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** What a verdict says of the resource that it is about. */
export function detailsOf({ address, place }: TerraformResource): Pick<Verdict, 'subject' | 'place'> {
  return { subject: address, place };
}

/**
 * True when an attribute refers to another resource: by expression in a configuration, by value in a plan.
 * References in a plan are unknown until apply when the other resource is new: then any may be meant.
 */
export function refersTo(resource: TerraformResource, attribute: string, to: TerraformResource): boolean {
  const value = configured(resource, attribute);
  if (value.state === 'unknown') {
    return !value.why.includes('${') || new RegExp(`\\b${to.type}\\.${to.name}\\b`).test(value.why);
  }
  if (value.state !== 'known') return false;
  const known = [to.attributes.id, to.attributes.name].filter((each) => !(each instanceof UnknownUntilApply));
  return known.includes(value.value);
}
