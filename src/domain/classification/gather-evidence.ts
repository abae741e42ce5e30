import type { Catalog, Column, ColumnName, Table } from '../catalog/catalog.js';
import type { ColumnType } from '../catalog/column-type.js';
import type { Classifier } from './classifier.js';
import type { ColumnView, TableContext } from './evidence/column-view.js';
import type { Candidate } from './evidence/feature.js';
import { nothingEvidence } from './evidence/nothing-evidence.js';
import { findStrong, readSubject } from './evidence/table-context.js';
import {
  isUnnamedContent,
  noSubjects,
  sharedPrefix,
  subjectsOf,
  withoutContainers,
} from './evidence/table-names.js';
import { typeEvidence } from './evidence/type-evidence.js';
import type { LanguageShares, NameReading, NearWord } from './names/read-name.js';
import { looksLikeDocuments, readPaths } from './structured/read-paths.js';
import { splitElements, splitFields } from './structured/split-values.js';
import { profileColumn } from './values/column-profile.js';
import { matchValues, type ValueMatch } from './values/value-rules.js';

/** A column, or a path within one, with the candidates that evidence speaks for; the first is "nothing". */
export interface GatheredColumn {
  readonly name: ColumnName;
  /** True when the evidence includes values. */
  readonly withValues: boolean;
  readonly candidates: readonly Candidate[];
  readonly paths: readonly GatheredPath[];
}

export interface GatheredPath {
  readonly path: string;
  readonly candidates: readonly Candidate[];
}

/** Sampled values of one table, by column; absent for what was not sampled. */
export type SampledValues = ReadonlyMap<string, readonly (string | null)[]>;

/** What a scan saw of one relation. */
export interface Subject {
  readonly table: Pick<Table, 'schema' | 'name' | 'columns' | 'comment'> &
    Partial<Pick<Table, 'uniqueKeys' | 'foreignKeys' | 'checks'>>;
  readonly sample?: SampledValues;
}

/** Shares of the languages that the names of a catalog's schemas are written in, by schema. */
export function readLanguages(catalog: Catalog, { reader }: Classifier): ReadonlyMap<string, LanguageShares> {
  const counts = new Map<string, Map<string, number>>();
  for (const { schema, name, columns } of [...catalog.tables, ...catalog.views]) {
    let count = counts.get(schema);
    if (!count) counts.set(schema, (count = new Map<string, number>()));
    reader.countLanguages(name, count);
    for (const column of columns) reader.countLanguages(column.name, count);
  }
  return new Map([...counts].map(([schema, count]) => [schema, sharesOf(count)]));
}

/** Gathers the evidence of every column of one relation. `year` is the year of the scan. */
export function gatherEvidence(
  { table, sample }: Subject,
  languages: LanguageShares | undefined,
  classifier: Classifier,
  year: number,
): readonly GatheredColumn[] {
  const tableReading = withoutContainers(classifier.reader.read(table.name, languages)[0]);
  const near = classifier.reader.nearWords(table.name, classifier.reader.read(table.name, languages)[0]);
  const looker = new Looker(classifier, languages, year, sharedPrefix(table.columns, classifier), near);
  const looks = table.columns.map((column) =>
    looker.lookAtColumn(column, table, tableReading, sample?.get(column.name)),
  );
  const views = looks.map(({ view }) => view);
  const context: TableContext = {
    people:
      readSubject(tableReading, classifier.vocabulary) ||
      readCommentSubject(table.comment, languages, classifier),
    strong: findStrong(views, classifier.types),
    home: languages,
  };
  const subjects = subjectsOf(tableReading, classifier);
  return looks.map(({ view, paths }) => ({
    name: { schema: table.schema, table: table.name, column: view.name },
    withValues: view.profile !== undefined,
    candidates: candidatesOf(view, context, classifier, subjects),
    paths: gatherPaths(paths, context, classifier),
  }));
}

interface Look {
  readonly view: ColumnView;
  readonly paths: readonly { readonly path: string; readonly view: ColumnView }[];
}

const noMatches: ReadonlyMap<string, never> = new Map<string, never>();

class Looker {
  constructor(
    private readonly classifier: Classifier,
    private readonly languages: LanguageShares | undefined,
    private readonly year: number,
    private readonly prefix: string | undefined,
    private readonly near: readonly NearWord[],
  ) {}

  lookAtColumn(
    column: Column,
    table: Subject['table'],
    tableReading: NameReading,
    sample?: readonly (string | null)[],
  ): Look {
    const uniqueKeys = table.uniqueKeys ?? [];
    const alone = (columns: readonly string[]) => columns.length === 1 && columns[0] === column.name;
    const values = sample && this.#elements(sample, column.type);
    const paths = sample ? this.#paths(column, sample, tableReading) : [];
    const view = this.#look({
      name: column.name,
      type: column.type,
      comment: column.comment,
      primaryKey: uniqueKeys.some(({ primary, columns }) => primary && alone(columns)),
      unique: uniqueKeys.some(({ columns }) => alone(columns)),
      foreignKey: (table.foreignKeys ?? []).some(({ columns }) => alone(columns)),
      listed: isListed(column, table),
      context: tableReading,
      values,
    });
    return { view: paths.length ? this.#judgeDocument(view, paths) : view, paths };
  }

  #look(seen: {
    name: string;
    type: ColumnType;
    comment?: string;
    primaryKey: boolean;
    unique: boolean;
    foreignKey: boolean;
    listed: boolean;
    context?: NameReading;
    values?: readonly (string | null)[];
  }): ColumnView {
    const { reader, phrases, valueRules, contents, textWords } = this.classifier;
    const { context, values, ...rest } = seen;
    const readings = reader.read(this.#bareName(seen.name), this.languages, this.near);
    const nameMatches = phrases.match(readings, context);
    const commentMatches = seen.comment
      ? phrases.match(reader.read(seen.comment.slice(0, 120), this.languages).slice(0, 2))
      : noMatches;
    const profile = values && profileColumn(values);
    const found = new Map<string, number>();
    if (profile) {
      for (const { detect, types } of contents) {
        const score = detect(profile, { words: textWords, year: this.year });
        for (const type of types) if (score >= 0.3 || nameMatches.has(type)) found.set(type, score);
      }
    }
    return {
      ...rest,
      readings,
      nameMatches,
      commentMatches,
      profile,
      valueMatches: profile ? matchValues(profile, valueRules, nameMatches) : noMatches,
      contents: found,
      sampled: values !== undefined,
    };
  }

  #bareName(name: string): string {
    return this.prefix !== undefined && name.startsWith(this.prefix) ? name.slice(this.prefix.length) : name;
  }

  #elements(sample: readonly (string | null)[], type: ColumnType): readonly (string | null)[] {
    if (type.family !== 'array' && type.family !== 'range') return sample;
    return sample.flatMap((value): readonly (string | null)[] =>
      value === null ? [null] : splitElements(value, type.family),
    );
  }

  #paths(column: Column, sample: readonly (string | null)[], tableReading: NameReading): Look['paths'] {
    const { family, fields } = column.type;
    if (family === 'composite' && fields) return this.#fields(fields, sample);
    const filled = sample.filter((value) => value !== null);
    const structured =
      family === 'json' ||
      family === 'key-value' ||
      family === 'xml' ||
      (family === 'text' && looksLikeDocuments(filled));
    if (!structured) return [];
    return readPaths(filled).map(({ path, names, values }) => {
      const context = this.classifier.reader.read(
        [column.name, ...names.slice(0, -1)].slice(-2).join('_'),
        this.languages,
      )[0];
      const name = names.at(-1) ?? column.name;
      return {
        path,
        view: this.#inside(name, values, names.length > 1 ? context : names.length ? context : tableReading),
      };
    });
  }

  #fields(fields: NonNullable<ColumnType['fields']>, sample: readonly (string | null)[]): Look['paths'] {
    const rows = sample.filter((value) => value !== null).map(splitFields);
    return fields.map(({ name }, index) => ({
      path: `$.${name}`,
      view: this.#inside(
        name,
        rows.map((row) => row[index] ?? null),
      ),
    }));
  }

  #inside(name: string, values: readonly (string | null)[], context?: NameReading): ColumnView {
    const type: ColumnType = { name: 'text', family: 'text' };
    return this.#look({
      name,
      type,
      primaryKey: false,
      unique: false,
      foreignKey: false,
      listed: false,
      context,
      values,
    });
  }

  /** A document is personal when a part of it is, by strong evidence of its own. */
  #judgeDocument(view: ColumnView, paths: Look['paths']): ColumnView {
    const { types, documentTypes } = this.classifier;
    const strong = findStrong(
      paths.map(({ view: part }) => part),
      types,
    );
    const contents = new Map(view.contents);
    for (const type of documentTypes) contents.set(type, strong.size ? 1 : (contents.get(type) ?? 0));
    return { ...view, contents };
  }
}

function candidatesOf(
  view: ColumnView,
  context: TableContext,
  classifier: Classifier,
  subjects: ReadonlySet<string> = noSubjects,
): readonly Candidate[] {
  const ids = new Set([...view.nameMatches.keys(), ...view.commentMatches.keys()]);
  for (const match of view.valueMatches.values()) {
    if (speaksAlone(match, view) && !classifier.types.get(match.type)!.values?.weak) ids.add(match.type);
  }
  for (const [type, score] of view.contents) {
    const { weak, share } = classifier.types.get(type)!.values!;
    if (!weak && score >= share) ids.add(type);
  }
  const candidates = [nothingEvidence(view, context, classifier.vocabulary)];
  const parts = partsBeside(view, context, classifier);
  for (const id of parts.keys()) ids.add(id);
  const subject = subjects.size > 0 && isUnnamedContent(view, classifier);
  if (subject) for (const id of subjects) ids.add(id);
  for (const id of ids) {
    const hints = { part: parts.get(id), subject: subject && subjects.has(id) };
    candidates.push(typeEvidence(classifier.types.get(id)!, view, context, hints));
  }
  return candidates;
}

/** Values of an ordinary form (digits, digests) need a name or a check that they pass. */
function speaksAlone({ share, wanted, kind, rarity, chance }: ValueMatch, { profile }: ColumnView): boolean {
  // Where chance passes the check as well, bare digits are any number.
  const checks = kind === 'validator' && !(chance > 0.6 && profile!.shares.digits > 0.8);
  const rareEnough = rarity > (checks ? 0.2 : 0.45);
  // `1` and `2` stand for genders in some lists, and for anything else in most columns.
  const isWords = kind === 'words' && profile!.shares.number < 0.8;
  return share >= wanted && (isWords || rareEnough || chance < 0.3);
}

/**
 * A column named like a whole (`name`) beside parts of it (a family name) is likely the part that is
 * missing (the given name): of the first two of the type's parts.
 */
function partsBeside(
  view: ColumnView,
  context: TableContext,
  { types, partsOf }: Classifier,
): ReadonlyMap<string, 'missing' | 'whole'> {
  const found = new Map<string, 'missing' | 'whole'>();
  for (const { type, coverage, against, likelihood } of view.nameMatches.values()) {
    const parts = partsOf.get(type);
    if (!parts || coverage < 1 || against !== undefined || likelihood < 0.6) continue;
    const beside = new Set<string>();
    for (const [column, siblings] of context.strong) {
      if (column !== view.name) for (const sibling of siblings) beside.add(sibling.type);
    }
    if (!parts.some((part) => beside.has(part))) continue;
    found.set(type, 'whole');
    const missing = parts.find((part) => !beside.has(part) && types.has(part));
    if (missing !== undefined && parts.indexOf(missing) < 2) found.set(missing, 'missing');
  }
  return found;
}

function gatherPaths(
  paths: Look['paths'],
  outer: TableContext,
  classifier: Classifier,
): readonly GatheredPath[] {
  if (!paths.length) return [];
  const strong = findStrong(
    paths.map(({ view }) => view),
    classifier.types,
  );
  const context: TableContext = { people: outer.people, strong, home: outer.home };
  return paths.map(({ path, view }) => ({ path, candidates: candidatesOf(view, context, classifier) }));
}

/** Limited to a list of values, by its type or by a check constraint on it alone. */
function isListed(column: Column, { checks }: Subject['table']): boolean {
  if (column.type.family === 'enum') return true;
  return (checks ?? []).some(
    ({ columns, expression }) =>
      columns.length === 1 && columns[0] === column.name && /\bin\s*\(|= any\b/i.test(expression),
  );
}

function readCommentSubject(
  comment: string | undefined,
  languages: LanguageShares | undefined,
  { reader, vocabulary }: Classifier,
): TableContext['people'] {
  return comment
    ? readSubject(withoutContainers(reader.read(comment.slice(0, 60), languages)[0]), vocabulary)
    : 0;
}

function sharesOf(counts: ReadonlyMap<string, number>): LanguageShares {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return new Map([...counts].map(([language, count]) => [language, count / Math.max(sum, 1)]));
}
