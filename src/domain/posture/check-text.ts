import { z } from 'zod';
import { FileFormatError } from '../errors.js';
import { parseYamlFile } from '../yaml-file.js';

export const severities = ['critical', 'high', 'medium', 'low'] as const;

export type Severity = (typeof severities)[number];

/** Frameworks that checks are mapped to, by the key that files use. */
export const frameworks = {
  'iso-27001': 'ISO/IEC 27001:2022',
  'pci-dss': 'PCI DSS 4.0.1',
  'nist-800-53': 'NIST SP 800-53 Rev. 5',
  gdpr: 'GDPR',
  'cis-postgresql': 'CIS PostgreSQL 17 Benchmark',
  'mssql-va': 'Microsoft SQL Vulnerability Assessment',
} as const;

export type Framework = keyof typeof frameworks;

const controlIds = z.array(z.string().min(1)).min(1).describe('A list of ids, such as [A.8.24].');

const mappingSchema = z
  .strictObject({
    'iso-27001': controlIds.optional(),
    'pci-dss': controlIds.optional(),
    'nist-800-53': controlIds.optional(),
    gdpr: controlIds.optional(),
    'cis-postgresql': controlIds.optional(),
    'mssql-va': controlIds.optional(),
  })
  .describe(`Ids by framework: ${Object.keys(frameworks).join(', ')}.`);

/** The file format of `rules/control-sets.yaml`: controls that belong together, by what they are about. */
export const controlSetsSchema = z.strictObject({
  sets: z
    .record(
      z.string(),
      z.strictObject({
        title: z.string().min(1).describe('What the controls are about.'),
        controls: mappingSchema,
      }),
    )
    .describe('name: { title, controls }'),
  sources: z.array(z.string()).default([]).describe('Standards and laws.'),
});

/** The file format of `rules/checks/*.yaml`. */
export const checkTextSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not words in lower case, joined by hyphens')
    .describe("The check's id: the name of this file, without .yaml."),
  title: z
    .string()
    .min(1)
    .max(90)
    .describe('What is asked, so that a "pass" reads well: Passwords are kept as SCRAM.'),
  severity: z.enum(severities).describe(`One of ${severities.join(', ')}.`),
  why: z.string().min(1).describe('Why it matters, in a sentence or two that an auditor can quote.'),
  controls: z
    .strictObject({
      sets: z.array(z.string()).default([]).describe('Names of sets in rules/control-sets.yaml.'),
      ...mappingSchema.shape,
    })
    .describe('{ sets: [access], cis-postgresql: [4.3] }'),
  sources: z.array(z.string()).default([]).describe('Where more can be read.'),
});

export interface Control {
  readonly framework: Framework;
  readonly id: string;
}

/** What a check's rule file says, with its controls spelt out. */
export interface CheckText {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  readonly controls: readonly Control[];
  readonly sources: readonly string[];
}

export type ControlSets = z.infer<typeof controlSetsSchema>;

/**
 * Reads the text of one check.
 * @throws FileFormatError naming file, line and what to write
 */
export function parseCheckText(text: string, file: string, { sets }: ControlSets): CheckText {
  const { value, lineOf } = parseYamlFile(text, file, checkTextSchema);
  const { sets: names, ...own } = value.controls;
  for (const [i, name] of names.entries()) {
    if (sets[name]) continue;
    throw new FileFormatError(
      file,
      lineOf(['controls', 'sets', i]),
      `there is no set of controls named "${name}"`,
      `use one of ${Object.keys(sets).join(', ')}`,
    );
  }
  const mappings = [...names.map((name) => sets[name].controls), own];
  const controls = new Map(
    mappings
      .flatMap((mapping) => Object.entries(mapping) as [Framework, readonly string[]][])
      .flatMap(([framework, ids]) => ids.map((id) => [`${framework} ${id}`, { framework, id }] as const)),
  );
  if (controls.size === 0) {
    throw new FileFormatError(file, lineOf(['controls']), 'names no control', 'name a set or a control');
  }
  return { ...value, controls: [...controls.values()] };
}
