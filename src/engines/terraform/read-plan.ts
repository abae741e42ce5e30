import { z } from 'zod';
import { FileFormatError } from '../../domain/errors.js';
import type { PostureProblem } from '../../domain/posture/assemble-results.js';
import { type TerraformResource, UnknownUntilApply } from '../../domain/posture/facts/terraform-facts.js';
import { lineOfJsonMistake } from './json-mistake.js';

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

interface ConfiguredModule {
  readonly resources?: readonly {
    readonly address: string;
    readonly expressions?: Record<string, unknown>;
  }[];
  readonly module_calls?: Readonly<Record<string, { readonly module?: ConfiguredModule }>>;
}

const configuredModule: z.ZodType<ConfiguredModule> = z.lazy(() =>
  z.object({
    resources: z
      .array(z.object({ address: z.string(), expressions: z.record(z.string(), z.unknown()).optional() }))
      .optional(),
    module_calls: z.record(z.string(), z.object({ module: configuredModule.optional() })).optional(),
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
  configuration: z.object({ root_module: configuredModule.optional() }).optional(),
});

/**
 * The resources of a plan or state; what is `after_unknown` is marked so, unless the configuration leaves it
 * out: then the provider fills it in, and its default holds.
 */
export function readPlan(
  text: string,
  file: string,
): { readonly resources: readonly TerraformResource[]; readonly problems: readonly PostureProblem[] } {
  const hint = "make it with 'terraform show -json PLAN > plan.json'";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FileFormatError(file, lineOfJsonMistake(text), 'is not JSON', hint);
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
  const written = new Map(writtenIn(parsed.data.configuration?.root_module ?? {}));
  const lines = lineIndex(text);
  const resources = resourcesOf(root)
    .filter(({ mode }) => mode !== 'data')
    .map(({ address, type, name, values: known = {} }) => ({
      address,
      type,
      name,
      place: { file, ...(lines(address) === undefined ? {} : { line: lines(address) }) },
      attributes: markUnknown(
        known,
        onlyWritten(unknown.get(address), written.get(address.replace(/\[(\d+|"(?:[^"\\]|\\.)*")\]/g, ''))),
      ) as Record<string, unknown>,
    }));
  return { resources, problems: [] };
}

function resourcesOf({
  resources = [],
  child_modules = [],
}: Module): readonly z.infer<typeof plannedResource>[] {
  return [...resources, ...child_modules.flatMap(resourcesOf)];
}

/** What a configuration writes for each resource, by its address without indices. */
function writtenIn(
  { resources = [], module_calls = {} }: ConfiguredModule,
  prefix = '',
): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  return [
    ...resources.map(({ address, expressions = {} }) => [`${prefix}${address}`, expressions] as const),
    ...Object.entries(module_calls).flatMap(([name, call]) =>
      writtenIn(call.module ?? {}, `${prefix}module.${name}.`),
    ),
  ];
}

/** Leaves out of `after_unknown` the attributes that the configuration leaves out. */
function onlyWritten(unknown: unknown, written: Readonly<Record<string, unknown>> | undefined): unknown {
  if (!written || typeof unknown !== 'object' || unknown === null) return unknown;
  return Object.fromEntries(Object.entries(unknown).filter(([name]) => name in written));
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
