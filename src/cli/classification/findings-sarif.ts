import { printColumnName } from '../../domain/catalog/catalog.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import { isSensitive } from '../../domain/classification/label-decisions.js';
import type { LabelProposal } from '../../domain/classification/label.js';
import type { Sensitivity } from '../../domain/classification/sensitivity.js';
import { type Findings, mainReason, typeShown } from './findings.js';

const levels: Readonly<Record<Sensitivity, 'none' | 'note' | 'warning' | 'error'>> = {
  public: 'none',
  internal: 'note',
  confidential: 'warning',
  restricted: 'error',
};

/** The labels file that results point into, where there is one. */
export interface LabelsText {
  readonly file: string;
  readonly text: string;
}

/** Sensitive findings as SARIF 2.1.0 (OASIS), for code scanning and the dashboards that read it. */
export function findingsSarif(
  { proposals, unread }: Findings,
  types: InformationTypeRegistry,
  version: string,
  labels?: LabelsText,
): object {
  const sensitive = proposals.filter(isSensitive);
  const ids = [...new Set(sensitive.map(ruleOf))].sort();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Scrubjay', version, rules: ids.map((id) => ruleFor(id, types)) } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: unread.map(({ table, reason }) => ({
              level: 'warning',
              message: { text: `rows of ${table.schema}.${table.name} were not seen: ${reason}` },
            })),
          },
        ],
        results: sensitive.map((proposal) => resultFor(proposal, ids, labels)),
      },
    ],
  };
}

function ruleOf({ informationType, paths }: LabelProposal): string {
  return informationType ?? Object.values(paths!)[0];
}

function ruleFor(id: string, types: InformationTypeRegistry): object {
  const { title, definition, sensitivity } = types.get(id);
  return {
    id,
    name: title,
    shortDescription: { text: title },
    fullDescription: { text: definition },
    defaultConfiguration: { level: levels[sensitivity] },
  };
}

function resultFor(proposal: LabelProposal, ids: readonly string[], labels: LabelsText | undefined): object {
  const name = printColumnName(proposal.column);
  const percent = Math.round(proposal.confidence * 100);
  const reason = mainReason(proposal)?.says;
  return {
    ruleId: ruleOf(proposal),
    ruleIndex: ids.indexOf(ruleOf(proposal)),
    level: levels[proposal.sensitivity],
    message: { text: `${name}: ${typeShown(proposal)} (${percent} % sure)${reason ? `; ${reason}` : ''}` },
    locations: [
      {
        ...(labels && { physicalLocation: placeIn(labels, name) }),
        logicalLocations: [{ name: proposal.column.column, fullyQualifiedName: name, kind: 'member' }],
      },
    ],
    partialFingerprints: { 'column/v1': name },
    properties: {
      confidence: Math.round(proposal.confidence * 1000) / 1000,
      sensitivity: proposal.sensitivity,
    },
  };
}

function placeIn({ file, text }: LabelsText, name: string): object {
  const keys = [`${name}:`, `${JSON.stringify(name)}:`, `'${name.replaceAll("'", "''")}':`];
  const index = text.split('\n').findIndex((line) => keys.some((key) => line.trimStart().startsWith(key)));
  return { artifactLocation: { uri: encodeURI(file) }, region: { startLine: Math.max(index, 0) + 1 } };
}
