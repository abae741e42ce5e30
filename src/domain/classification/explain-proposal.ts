import { printColumnName } from '../catalog/catalog.js';
import type { Evidence, LabelProposal } from './label.js';

/** A proposal in words: lines for a terminal, without colours. Holds no value from the data. */
export function explainProposal(proposal: LabelProposal): readonly string[] {
  const { column, informationType, confidence, evidence, runnerUp, paths } = proposal;
  const pro = evidence.filter(({ weight }) => weight > 0);
  const contra = evidence.filter(({ weight }) => weight < 0);
  return [
    `${printColumnName(column)}: ${nameOf(informationType)}, ${proposal.sensitivity} (${percentOf(confidence)} sure)`,
    ...section('for', pro),
    ...section('against', contra),
    ...(paths ? ['  inside:', ...Object.entries(paths).map(([path, type]) => `    ${path}: ${type}`)] : []),
    ...(runnerUp ? [`  else: ${nameOf(runnerUp.informationType)} (${percentOf(runnerUp.confidence)})`] : []),
    `  ${whatWouldChange(proposal, pro)}`,
  ];
}

/** The smallest change of evidence that would lead to another answer, in a sentence. */
function whatWouldChange(
  { informationType, evidence, runnerUp }: LabelProposal,
  pro: readonly Evidence[],
): string {
  if (!evidence.some(({ source }) => source === 'values')) {
    return 'No values were seen: a sample of rows could change this.';
  }
  if (informationType === null) {
    return runnerUp?.informationType
      ? `Values or a name that speak for ${runnerUp.informationType} more strongly would change this.`
      : 'A telling name or values of a known form would change this.';
  }
  const margin = evidence.reduce((sum, { weight }) => sum + weight, 0);
  const decisive = pro.find(({ weight }) => weight >= margin);
  if (!decisive) return 'No single observation decides this: it would take several to change.';
  return `Without "${decisive.says}" the answer would be ${nameOf(runnerUp?.informationType ?? null)}.`;
}

function section(title: string, evidence: readonly Evidence[]): readonly string[] {
  if (!evidence.length) return [];
  return [
    `  ${title}:`,
    ...evidence.map(
      ({ says, weight, source }) => `    ${weight > 0 ? '+' : ''}${weight.toFixed(1)}  ${says} (${source})`,
    ),
  ];
}

function nameOf(type: string | null): string {
  return type ?? 'nothing sensitive';
}

function percentOf(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
