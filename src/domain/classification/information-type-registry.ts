import { FileFormatError, ScrubjayError } from '../errors.js';
import { parseTechniqueOptions } from '../masking/technique-registry.js';
import type { InformationType } from './information-type.js';
import type { InformationTypeFile } from './information-type-file.js';

/** Somebody named an information type that no rule file declares. */
export class UnknownInformationTypeError extends ScrubjayError {
  readonly code = 'unknown-information-type';

  constructor(
    readonly id: string,
    known: Iterable<string>,
  ) {
    const near = nearest(id, known);
    super(
      `there is no information type "${id}"`,
      near === undefined
        ? "choose one of those that 'scrubjay types list' prints, or add a rule file"
        : `did you mean "${near}"? 'scrubjay types list' prints them all`,
    );
  }
}

/** Names that rule files may refer to, to check that they exist. */
export interface KnownNames {
  readonly validators: ReadonlySet<string>;
  readonly contentDetectors: ReadonlySet<string>;
  readonly wordLists: ReadonlySet<string>;
}

/** All information types, checked against each other: unique ids, known parents, no cycles. */
export class InformationTypeRegistry {
  readonly #files: ReadonlyMap<string, InformationTypeFile>;
  readonly #types: ReadonlyMap<string, InformationType>;
  readonly #ancestors = new Map<string, readonly string[]>();

  /**
   * @param files built-in rule files first, then those of further folders, which may override them
   * @param known when given, every validator, word list, detector and technique must be among these
   * @throws FileFormatError naming file, line and what to write
   */
  constructor(files: readonly InformationTypeFile[], known?: KnownNames) {
    const kept = withOverrides(files);
    for (const file of kept.values()) {
      if (known) checkNames(file, known);
      checkParts(file, kept);
      checkMask(file);
      this.#ancestors.set(file.type.id, ancestorsOf(file, kept));
    }
    this.#files = kept;
    this.#types = new Map(Array.from(kept, ([id, { type }]) => [id, type]));
  }

  /** The same types and one more, which takes the place of another of its id. Throws as the constructor does. */
  with(file: InformationTypeFile, known?: KnownNames): InformationTypeRegistry {
    const others = [...this.#files.values()].filter(({ type }) => type.id !== file.type.id);
    const added = { ...file, type: { ...file.type, overrides: false } };
    return new InformationTypeRegistry(
      [...others.map((other) => ({ ...other, type: { ...other.type, overrides: false } })), added],
      known,
    );
  }

  /** The file that a type was read from. Throws `UnknownInformationTypeError`. */
  fileOf(id: string): string {
    this.get(id);
    return this.#files.get(id)!.file;
  }

  /** Every type, sorted by id. */
  all(): readonly InformationType[] {
    return [...this.#types.values()];
  }

  has(id: string): boolean {
    return this.#types.has(id);
  }

  find(id: string): InformationType | undefined {
    return this.#types.get(id);
  }

  /** Throws `UnknownInformationTypeError`. */
  get(id: string): InformationType {
    const type = this.#types.get(id);
    if (!type) throw new UnknownInformationTypeError(id, this.#types.keys());
    return type;
  }

  /** Ids of the coarser types of a type, nearest first; empty for an unknown one. */
  ancestors(id: string): readonly string[] {
    return this.#ancestors.get(id) ?? [];
  }

  /** True when `id` is `ancestor` or a kind of it. */
  isKindOf(id: string, ancestor: string): boolean {
    return id === ancestor || this.ancestors(id).includes(ancestor);
  }

  /** Ids of the types that are kinds of this one, itself left out. */
  kindsOf(id: string): readonly string[] {
    return [...this.#types.keys()].filter((other) => this.ancestors(other).includes(id));
  }
}

function withOverrides(files: readonly InformationTypeFile[]): ReadonlyMap<string, InformationTypeFile> {
  const kept = new Map<string, InformationTypeFile>();
  for (const file of files) {
    const { id, overrides } = file.type;
    const first = kept.get(id);
    if (first && !overrides) {
      throw new FileFormatError(
        file.file,
        file.lineOf(['id']),
        `the information type "${id}" is declared in ${first.file} already`,
        'choose another id, or write "overrides: true" to replace that one',
      );
    }
    if (!first && overrides) {
      throw new FileFormatError(
        file.file,
        file.lineOf(['overrides']),
        `there is no information type "${id}" to override`,
        'correct the id, or leave "overrides" out',
      );
    }
    kept.set(id, file);
  }
  return new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ancestorsOf(
  file: InformationTypeFile,
  files: ReadonlyMap<string, InformationTypeFile>,
): readonly string[] {
  const ancestors: string[] = [];
  for (let at = file; at.type.parent !== undefined;) {
    const parent = files.get(at.type.parent);
    if (!parent) {
      throw new FileFormatError(
        at.file,
        at.lineOf(['parent']),
        `the parent "${at.type.parent}" is no information type`,
        suggest(at.type.parent, files.keys()) ?? 'name one that exists, or leave "parent" out',
      );
    }
    if (parent === file || ancestors.includes(parent.type.id)) {
      throw new FileFormatError(
        file.file,
        file.lineOf(['parent']),
        `"${file.type.id}" is its own ancestor: ${[file.type.id, ...ancestors, parent.type.id].join(' > ')}`,
        'leave "parent" out of one of these files',
      );
    }
    ancestors.push(parent.type.id);
    at = parent;
  }
  return ancestors;
}

function checkParts({ type, file, lineOf }: InformationTypeFile, files: ReadonlyMap<string, unknown>): void {
  const unknown = type.parts?.find((part) => !files.has(part));
  if (unknown === undefined) return;
  throw new FileFormatError(
    file,
    lineOf(['parts']),
    `the part "${unknown}" is no information type`,
    suggest(unknown, files.keys()) ?? 'name types that exist, or leave "parts" out',
  );
}

function checkNames({ type, file, lineOf }: InformationTypeFile, known: KnownNames): void {
  const questions = [
    [['values', 'validator'], type.values?.validator, known.validators, 'validator'],
    [['values', 'content'], type.values?.content, known.contentDetectors, 'content detector'],
    [['values', 'words'], type.values?.words, known.wordLists, 'word list'],
  ] as const;
  for (const [path, name, names, what] of questions) {
    if (name === undefined || names.has(name)) continue;
    throw new FileFormatError(
      file,
      lineOf(path),
      `there is no ${what} "${name}"`,
      suggest(name, names) ?? `use one of: ${[...names].sort().join(', ')}`,
    );
  }
}

/** The technique must exist and understand its options; its own errors say what is wrong and what to do. */
function checkMask({ type, file, lineOf }: InformationTypeFile): void {
  if (!type.mask) return;
  const { technique, ...options } = type.mask;
  try {
    parseTechniqueOptions(technique, options);
  } catch (error) {
    if (!(error instanceof ScrubjayError)) throw error;
    throw new FileFormatError(file, lineOf(['mask']), error.message, error.hint);
  }
}

function suggest(name: string, names: Iterable<string>): string | undefined {
  const near = nearest(name, names);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** The name that takes the fewest changes of a letter to reach, when those are few beside its length. */
function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const other of names) {
    const changes = editDistance(name, other);
    if (changes < fewest) [best, fewest] = [other, changes];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + same));
    }
    previous = row;
  }
  return previous[b.length];
}
