import { z } from 'zod';
import { FileFormatError } from '../../domain/errors.js';
import type { PostureProblem } from '../../domain/posture/assemble-results.js';
import { type TerraformResource, UnknownUntilApply } from '../../domain/posture/facts/terraform-facts.js';

const plannedResource = z.object({
  address: z.string(),
  mode: z.string().optional(),
  type: z.string(),
  name: z.string(),
  values: z.record(z.string(), z.unknown()).optional(),
});

interface Module {
  readonly resources?: readonly z.infer<typeof plannedResource>[];
  readonly child_modules?: readonly Module[];
}

const moduleSchema: z.ZodType<Module> = z.lazy(() =>
  z.object({
    resources: z.array(plannedResource).optional(),
    child_modules: z.array(moduleSchema).optional(),
  }),
);

const values = z.object({ root_module: moduleSchema });

/** `terraform show -json` of a plan (`planned_values`) or of a state (`values`). */
const planSchema = z.object({
  format_version: z.string(),
  planned_values: values.optional(),
  values: values.optional(),
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        change: z.object({ actions: z.array(z.string()), after_unknown: z.unknown().optional() }),
      }),
    )
    .optional(),
});

/** The resources of a plan or state; what is `after_unknown` is marked so. */
export function readPlan(
  text: string,
  file: string,
): { readonly resources: readonly TerraformResource[]; readonly problems: readonly PostureProblem[] } {
  const hint = "make it with 'terraform show -json PLAN > plan.json'";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The parser's words would quote the file, and plans hold secrets.
    const position = Number(/position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]);
    const line = Number.isNaN(position) ? undefined : text.slice(0, position).split('\n').length;
    throw new FileFormatError(file, line, 'is not JSON', hint);
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    throw new FileFormatError(
      file,
      undefined,
      `is no plan: ${parsed.error.issues[0].path.join('.')} is missing or wrong`,
      hint,
    );
  }
  const { planned_values, values: state, resource_changes } = parsed.data;
  const root = (planned_values ?? state)?.root_module;
  if (!root) throw new FileFormatError(file, undefined, 'holds neither planned values nor a state', hint);
  const unknown = new Map(resource_changes?.map(({ address, change }) => [address, change.after_unknown]));
  const lines = lineIndex(text);
  const resources = resourcesOf(root)
    .filter(({ mode }) => mode !== 'data')
    .map(({ address, type, name, values: known = {} }) => ({
      address,
      type,
      name,
      place: { file, ...(lines(address) === undefined ? {} : { line: lines(address) }) },
      attributes: markUnknown(known, unknown.get(address)) as Record<string, unknown>,
    }));
  return { resources: resources, problems: [] };
}

function resourcesOf({
  resources = [],
  child_modules = [],
}: Module): readonly z.infer<typeof plannedResource>[] {
  return [...resources, ...child_modules.flatMap(resourcesOf)];
}

/** Puts an `UnknownUntilApply` where `after_unknown` says true. */
function markUnknown(known: unknown, unknown: unknown): unknown {
  if (unknown === true) return new UnknownUntilApply('not known until apply');
  if (Array.isArray(unknown)) {
    const list: readonly unknown[] = Array.isArray(known) ? known : [];
    return Array.from({ length: Math.max(list.length, unknown.length) }, (_, i) =>
      markUnknown(list[i], unknown[i]),
    );
  }
  if (typeof unknown === 'object' && unknown !== null) {
    const object = typeof known === 'object' && known !== null ? (known as Record<string, unknown>) : {};
    const marked = Object.entries(unknown).map(
      ([name, inner]) => [name, markUnknown(object[name], inner)] as const,
    );
    return { ...object, ...Object.fromEntries(marked) };
  }
  return known;
}

/** The line that an address first stands in. */
function lineIndex(text: string): (address: string) => number | undefined {
  return (address) => {
    const at = text.indexOf(JSON.stringify(address));
    return at < 0 ? undefined : text.slice(0, at).split('\n').length;
  };
}
