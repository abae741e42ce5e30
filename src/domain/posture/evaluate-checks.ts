import { sensitivities } from '../classification/sensitivity.js';
import type { PostureCheck } from './check.js';
import type { CheckText } from './check-text.js';
import { type AssetKind, type Readings, type SettingsReading } from './facts/facts.js';
import type { LabelledColumn } from './facts/labelled-column.js';
import type { Reading } from './facts/reading.js';
import { type Asset, type Finding, findingId, type LabelsAtStake } from './finding.js';
import { procedure, sql } from './remedy.js';
import { unknown, type Verdict } from './verdict.js';

/** A check with its text. */
export interface DescribedCheck extends CheckText {
  readonly check: PostureCheck;
}

/**
 * Asks every check of an asset's kind. A fact that could not be read makes a check `unknown` before it is
 * asked, with what would let the fact be read as its remedy; a check that throws is a mistake of ours and
 * is let through. Pure.
 */
export function evaluateChecks<Kind extends AssetKind>(
  checks: readonly DescribedCheck[],
  asset: Asset & { readonly kind: Kind },
  readings: Readings<Kind>,
): readonly Finding[] {
  const labels = (readings as { readonly labels: Reading<readonly LabelledColumn[]> }).labels;
  const known = labels.read ? labels.value : [];
  const all = { stake: atStake(known), byName: new Map(known.map((label) => [label.printed, label])) };
  return checks
    .filter(({ check }) => check.on === asset.kind)
    .flatMap((described) =>
      judge(described.check, readings as unknown as AnyReadings).map((verdict) =>
        findingOf(described, asset, verdict, all),
      ),
    );
}

type AnyReadings = Readonly<Record<string, Reading<unknown>>> & { readonly settings?: SettingsReading };

function judge({ reads, evaluate }: PostureCheck, readings: AnyReadings): readonly Verdict[] {
  const missing = reads.flatMap((read) => {
    const reading = readingOf(read, readings);
    return reading.read ? [] : [{ ...reading, fact: read }];
  });
  if (missing.length > 0) {
    const grants = [...new Set(missing.map(({ grant }) => grant))];
    return [
      unknown([...new Set(missing.map(({ why }) => why))].join('; '), {
        remedy: grants.every((grant) => grant.endsWith(';')) ? sql(...grants) : procedure(...grants),
      }),
    ];
  }
  const facts: Record<string, unknown> = { settings: {} };
  for (const read of reads) {
    const reading = readingOf(read, readings) as { readonly value: unknown };
    if (read.startsWith('settings.'))
      (facts.settings as Record<string, unknown>)[settingOf(read)] = reading.value;
    else facts[read] = reading.value;
  }
  const verdicts = evaluate(facts as never);
  return Array.isArray(verdicts) ? (verdicts as readonly Verdict[]) : [verdicts as Verdict];
}

function settingOf(read: string): string {
  return read.slice('settings.'.length);
}

/** PostgreSQL hides some settings from roles without a word: absent is known only where all are visible. */
function readingOf(read: string, readings: AnyReadings): Reading<unknown> {
  if (!read.startsWith('settings.')) return readings[read];
  const { visible, hidden } = readings.settings!;
  const value = visible.get(settingOf(read));
  return value === undefined && hidden ? { read: false, ...hidden } : { read: true, value };
}

/** All labels of an asset, summed up once and looked up by name. */
interface KnownLabels {
  readonly stake: LabelsAtStake;
  readonly byName: ReadonlyMap<string, LabelledColumn>;
}

function findingOf(
  { check, id, title, severity, why, controls }: DescribedCheck,
  asset: Asset,
  verdict: Verdict,
  labels: KnownLabels,
): Finding {
  const subject = verdict.subject ?? asset.name;
  return {
    id: findingId(id, asset, subject),
    check: id,
    title,
    severity,
    asset: { kind: asset.kind, name: asset.name },
    subject,
    outcome: verdict.outcome,
    says: verdict.says,
    why,
    atStake: verdict.columns
      ? atStake(verdict.columns.flatMap((column) => labels.byName.get(column) ?? []))
      : labels.stake,
    columns: verdict.columns ?? [],
    remedy: verdict.remedy ?? check.remedy,
    verify: verdict.verify ?? check.verify,
    ...(verdict.place ? { place: verdict.place } : {}),
    controls,
  };
}

function atStake(labels: readonly LabelledColumn[]): LabelsAtStake {
  const highest = Math.max(
    -1,
    ...new Set(labels.map(({ sensitivity }) => sensitivities.indexOf(sensitivity))),
  );
  return {
    sensitivity: highest < 0 ? null : sensitivities[highest],
    informationTypes: [...new Set(labels.map(({ informationType }) => informationType))].sort(),
    columns: labels.length,
  };
}
