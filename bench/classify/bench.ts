import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Catalog, Table } from '../../src/domain/catalog/catalog.js';
import { classifyCatalog } from '../../src/domain/classification/classify-catalog.js';
import type { Classifier } from '../../src/domain/classification/classifier.js';
import type { SampledValues } from '../../src/domain/classification/gather-evidence.js';
import type { LabelProposal } from '../../src/domain/classification/label.js';
import type { ClassificationModel } from '../../src/domain/classification/model/model.js';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import type { Session } from '../../src/engines/engine.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { packageRoot } from '../../src/package-root.js';
import { readClassifier } from '../../src/rules/read-classifier.js';
import { readRules } from '../../src/rules/read-rules.js';
import { classifyDataSource } from '../../src/runs/classify-run.js';
import { atLeast, atMost, type Bench, type BenchOptions, type Claim } from '../claim.js';
import { yearOfSet } from './examples.js';
import {
  gatherMaterial,
  joinMaterial,
  learnModel,
  leaveOneOut,
  type LearningMaterial,
} from './learn-model.js';
import { loadSet, openSet, type LabelledSet, type Score } from './load-set.js';
import { peerIsNamed, runPeers } from './run-peers.js';
import { measureSpeed, type SpeedFigures } from './speed.js';

const ownSet = join(sourceFolder(), 'set');
/** Schemas that weights are learnt from beside the set, and that nothing is measured on. */
const learningSet = join(sourceFolder(), 'learning-set');
const rowsSampled = 200;
const learnCommand = 'npm run bench -- classify --learn';

/**
 * Loads a labelled set into a real PostgreSQL, classifies it as the CLI would, and scores the answers
 * with the set's own scorer: with values, by metadata alone, and both again with weights that were
 * learnt without the schema under test. `--learn` learns the weights anew from the set and writes
 * `rules/classification-model.yaml`; `--errors` lists every wrong answer.
 */
export const bench: Bench = async ({ set: folder = ownSet, quick, switches }: BenchOptions) => {
  const learn = switches.has('learn');
  const errors = switches.has('errors');
  const print = console.log;
  const set = await openSet(folder);
  const more = await openSet(learningSet, ownSet);
  const server = await EmbeddedServer.start({ durability: 'none' });
  try {
    await loadSet(set, server.url());
    if (folder === ownSet) await loadSet(more, server.url());
    const session = await postgresEngine.open(server.url());
    try {
      const classifier = await readClassifier(await readRules());
      const claims = await measure({ set, more, session, classifier, quick, learn, errors, print });
      for (const claim of claims) print(printClaim(claim));
      return claims;
    } finally {
      await session.close();
    }
  } finally {
    await server.stop();
    await set.remove();
    await more.remove();
  }
};

interface Measured {
  readonly set: LabelledSet;
  readonly more: LabelledSet;
  readonly session: Session;
  readonly classifier: Classifier;
  readonly quick: boolean;
  readonly learn: boolean;
  readonly errors: boolean;
  readonly print: (line: string) => void;
}

async function measure(measured: Measured): Promise<readonly Claim[]> {
  const { set, more, session, print } = measured;
  const whole = await session.introspect();
  const catalog = keepSchemas(whole, set.schemas);
  const samples = await sampleAll(session, catalog);
  const further = keepSchemas(whole, more.schemas);
  const material = joinMaterial([
    gatherMaterial(set, catalog, samples, measured.classifier),
    gatherMaterial(more, further, await sampleAll(session, further), measured.classifier),
  ]);
  const schemas = [...set.schemas, ...more.schemas];
  const model = measured.learn ? learnModel(material, schemas, learnCommand) : measured.classifier.model;
  if (measured.learn) await writeModel(model);
  const classifier = { ...measured.classifier, model };

  // The first figures come from the very run that users start.
  const { proposals, failures } = await classifyDataSource({
    session,
    classifier,
    options: { rows: rowsSampled, only: ({ schema }) => set.schemas.includes(schema) },
    year: yearOfSet,
  });
  for (const { table, reason } of failures) print(`not sampled: ${table.schema}.${table.name}: ${reason}`);
  const withValues = await score(set, proposals, classifier);
  const metadata = await score(
    set,
    classifyCatalog(catalog, new Map(), classifier, { year: yearOfSet }),
    classifier,
    ['--metadata-only'],
  );
  print(printScore('with values', withValues));
  print(printScore('metadata only', metadata));

  const models = modelsApart(set, schemas, material, model);
  const outside = await score(set, classifyApart(catalog, samples, classifier, models), classifier);
  const outsideMetadata = await score(
    set,
    classifyApart(catalog, new Map(), classifier, models),
    classifier,
    ['--metadata-only'],
  );
  print(printScore('with values, weights learnt without the schema', outside));
  print(printScore('metadata only, weights learnt without the schema', outsideMetadata));
  if (measured.errors) for (const line of printErrors('with values', outside)) print(line);
  if (measured.errors) for (const line of printErrors('metadata only', outsideMetadata)) print(line);

  if (!measured.quick || peerIsNamed()) {
    for (const result of await runPeers(set, join(sourceFolder(), 'peers'))) {
      print(
        'score' in result
          ? printScore(`peer ${result.peer}`, result.score)
          : `\npeer ${result.peer}: skipped; ${result.skipped}`,
      );
    }
  }
  const speed = await measureSpeed(classifier, measured.quick ? 'quick' : 'full');
  print(printSpeed(speed));
  return [
    ...accuracyClaims('', withValues, metadata),
    ...accuracyClaims(', schema left out', outside, outsideMetadata),
    ...speedClaims(speed),
  ];
}

function keepSchemas(catalog: Catalog, schemas: readonly string[]): Catalog {
  const mine = ({ schema }: { schema: string }) => schemas.includes(schema);
  return { ...catalog, tables: catalog.tables.filter(mine), views: catalog.views.filter(mine) };
}

async function sampleAll(session: Session, catalog: Catalog): Promise<ReadonlyMap<Table, SampledValues>> {
  const samples = new Map<Table, SampledValues>();
  for (const table of catalog.tables) {
    const sample = await session.sample(table, { rows: rowsSampled, timeoutMs: 10_000 });
    if ('values' in sample && sample.rows > 0) samples.set(table, sample.values);
  }
  return samples;
}

/** A model for each schema that has not seen it: the shipped one where it was not learnt from the schema. */
function modelsApart(
  set: LabelledSet,
  schemas: readonly string[],
  material: LearningMaterial,
  model: ClassificationModel,
): ReadonlyMap<string, ClassificationModel> {
  const seen = set.schemas.some((schema) => model.learnt.schemas.includes(schema));
  return seen
    ? leaveOneOut(material, schemas, set.schemas, learnCommand)
    : new Map(set.schemas.map((schema) => [schema, model]));
}

/** Each schema with the model that has not seen it. */
function classifyApart(
  catalog: Catalog,
  samples: ReadonlyMap<Table, SampledValues>,
  classifier: Classifier,
  models: ReadonlyMap<string, ClassificationModel>,
): readonly LabelProposal[] {
  return [...models].flatMap(([schema, model]) =>
    classifyCatalog(keepSchemas(catalog, [schema]), samples, { ...classifier, model }, { year: yearOfSet }),
  );
}

async function score(
  set: LabelledSet,
  proposals: readonly LabelProposal[],
  { types }: Classifier,
  options: readonly string[] = [],
): Promise<Score> {
  const folder = await mkdtemp(join(tmpdir(), 'classify-score-'));
  const file = join(folder, 'predictions.jsonl');
  // Types of ours that the set does not list count as the coarser type that it does.
  const known = (type: string | null | undefined): string | null => {
    if (type === null || type === undefined) return null;
    return set.typeIds.has(type) ? type : known(types.get(type)?.parent);
  };
  const lines = proposals
    .filter(({ column }) => set.truthOf(column.schema, column.table, column.column))
    .map(({ column, informationType, confidence, paths }) =>
      JSON.stringify({
        ...column,
        type: known(informationType),
        sensitive: informationType !== null,
        confidence,
        paths: Object.fromEntries(
          Object.entries(paths ?? {}).flatMap(([path, type]) =>
            known(type) === null ? [] : [[path, known(type)]],
          ),
        ),
      }),
    );
  await writeFile(file, lines.join('\n'));
  try {
    return await set.score(file, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeModel(model: ClassificationModel): Promise<void> {
  const head =
    '# Learnt weights of classification, in log-odds: what one unit of each observation adds to a type\n# (or, for those that begin with "none", to "nothing sensitive"). Made by the command below; do not edit.\n';
  await writeFile(
    join(packageRoot, 'rules', 'classification-model.yaml'),
    head + stringify(model, { flowCollectionPadding: false }),
  );
}

function accuracyClaims(where: string, withValues: Score, metadata: Score): readonly Claim[] {
  return [
    atLeast(`sensitive-column recall${where}`, withValues.total.recall, 0.97, 'share'),
    atLeast(`sensitive-column precision${where}`, withValues.total.precision, 0.93, 'share'),
    atLeast(`type macro-F1${where}`, withValues.total.type_macro_f1, 0.9, 'share'),
    atMost(`calibration error${where}`, withValues.total.ece, 0.05, 'share'),
    atLeast(`metadata-only F1${where}`, metadata.total.f1, 0.9, 'share'),
  ];
}

function speedClaims({ metadataMs, samplingRatio }: SpeedFigures): readonly Claim[] {
  return [
    atMost('10,000 columns by metadata, seconds', metadataMs / 1000, 2, 's'),
    atMost('sampled table, times its sampling query', samplingRatio, 1.5, 'ratio'),
  ];
}

function printClaim({ name, measured, wanted, better, holds }: Claim): string {
  return `${holds ? 'holds' : 'SHORT'}  ${name}: ${measured.toFixed(3)} (${better === 'higher' ? 'at least' : 'at most'} ${wanted})`;
}

function printScore(title: string, { total, schemas }: Score): string {
  const figure = (value: number | null) => (value === null ? '-' : value.toFixed(3));
  const rows = schemas.map(({ schema, columns, precision, recall, f1, type_accuracy }) =>
    [
      `  ${schema.padEnd(20)}`,
      String(columns).padStart(4),
      ...[precision, recall, f1, type_accuracy].map((value) => figure(value).padStart(7)),
    ].join(' '),
  );
  return [
    `\n${title}: precision ${figure(total.precision)}, recall ${figure(total.recall)}, F1 ${figure(total.f1)}, ` +
      `type macro-F1 ${figure(total.type_macro_f1)}, paths ${figure(total.path_recall)}, calibration error ${figure(total.ece)}`,
    `  ${'schema'.padEnd(20)} cols    prec  recall      F1    type`,
    ...rows,
  ].join('\n');
}

function printErrors(title: string, { errors }: Score): readonly string[] {
  return [
    `\nwrong answers, ${title}:`,
    ...errors.map(
      ({ kind, column, truth, predicted, confidence }) =>
        `  ${kind.padEnd(9)}${column}: ${truth ?? 'none'}, said ${predicted ?? 'none'} (${confidence.toFixed(2)})`,
    ),
  ];
}

function printSpeed({ metadataMs, samplingMs, sampledMs, samplingRatio }: SpeedFigures): string {
  return `\nspeed: 10,000 columns by metadata ${metadataMs.toFixed(0)} ms; one table of 20 columns: sampling query ${samplingMs.toFixed(1)} ms, with classification ${sampledMs.toFixed(1)} ms (${samplingRatio.toFixed(2)} times)`;
}

/** The folder of the sources, also when run from the build. */
function sourceFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.includes('/dist/') ? join(packageRoot, 'bench', 'classify') : here;
}
