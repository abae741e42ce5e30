import {
  type LiteralSecret,
  type TerraformResource,
  UnknownUntilApply,
} from '../../domain/posture/facts/terraform-facts.js';

const secretName =
  /(^|_)(password|passwd|secret|token|api_key|access_key|private_key|connection_string|administrator_login_password)(_wo)?$/;

/** Names that look like a secret's, and tell where one is kept. */
const harmless =
  /(secret_(id|arn|name|version)|_(arn|id|name|version|length|enabled|policy|authentication|rotation.*))$|^manage_|^password_(length|policy)/;

/**
 * Takes literal secrets out of resources, so that nothing behind can print one, and says where they stood.
 * A reference is no literal, and neither is an empty text.
 */
export function takeSecrets(resources: readonly TerraformResource[]): {
  readonly resources: readonly TerraformResource[];
  readonly literalSecrets: readonly LiteralSecret[];
} {
  const literalSecrets: LiteralSecret[] = [];
  const taken = resources.map((resource) => {
    const clean = (holder: unknown, path: string): unknown => {
      if (Array.isArray(holder)) return holder.map((each) => clean(each, path));
      if (typeof holder !== 'object' || holder === null || holder instanceof UnknownUntilApply) return holder;
      return Object.fromEntries(
        Object.entries(holder).map(([name, value]) => {
          const at = path === '' ? name : `${path}.${name}`;
          if (!isLiteral(value) || !secretName.test(name) || harmless.test(name))
            return [name, clean(value, at)];
          literalSecrets.push({ address: resource.address, attribute: at, place: resource.place });
          return [name, '(taken out)'];
        }),
      );
    };
    return { ...resource, attributes: clean(resource.attributes, '') as Record<string, unknown> };
  });
  return { resources: taken, literalSecrets };
}

function isLiteral(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isLiteral);
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
