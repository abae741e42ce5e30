import type { NamePart } from './split-name.js';
import type { Vocabulary } from './vocabulary.js';

/** Two-letter forms that run-together names end with. */
export const shortEndings: ReadonlySet<string> = new Set([
  'nr',
  'no',
  'id',
  'nm',
  'dt',
  'cd',
  'tm',
  'ip',
  'by',
  'ph',
  'su',
  'bi',
]);
/** Two-letter forms that run-together names begin with: `iplastlogin`. */
const shortBeginnings = new Set(['ip', 'fk', 'pk']);
/** What stands between the words of a compound. */
const joints = ['', 's', 'n', 'en', 'es', 'e', 'er'];
/** Runs whose ways are kept. */
const mostKept = 50_000;

/** Splits runs of letters (`kundennummer`, `lastlogin`) into forms that a vocabulary knows. Keeps what it has split. */
export class RunSplitter {
  readonly #vocabulary: Vocabulary;
  readonly #splits = new Map<string, readonly (readonly string[])[]>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The best ways, best first; empty when there is none. */
  split(part: NamePart): readonly (readonly string[])[] {
    const key = part.text;
    const kept = this.#splits.get(key);
    if (kept) return kept;
    const found = this.#search(part);
    if (this.#splits.size > mostKept) this.#splits.clear();
    this.#splits.set(key, found);
    return found;
  }

  #search({ text, unspaced }: NamePart): readonly (readonly string[])[] {
    if (text.length < (unspaced ? 2 : 5) || text.length > 48) return [];
    const known = (form: string) =>
      this.#vocabulary.isWord(form) || this.#vocabulary.meanings(form).length > 0;
    const best: { cost: number; run: readonly string[] }[][] = Array.from(
      { length: text.length + 1 },
      () => [],
    );
    best[0].push({ cost: 0, run: [] });
    for (let from = 0; from < text.length; from++) {
      if (!best[from].length) continue;
      best[from].sort((a, b) => a.cost - b.cost).splice(3);
      const longest = Math.min(text.length, from + this.#vocabulary.longestForm);
      for (let to = from + (unspaced ? 1 : 2); to <= longest; to++) {
        const form = text.slice(from, to);
        const length = to - from;
        if (length === text.length) continue;
        const ends = to === text.length && from > 2 && shortEndings.has(form);
        const begins = from === 0 && text.length > 6 && shortBeginnings.has(form);
        if (!unspaced && length < 3 && !ends && !begins) continue;
        if (!known(form)) continue;
        const cost = 1 + (unspaced ? 1 / length : length === 2 ? 0.6 : length === 3 ? 0.9 : 1.6 / length);
        for (const joint of unspaced ? [''] : joints) {
          const next = to + joint.length;
          if (next > text.length || (joint && (next === text.length || !text.startsWith(joint, to))))
            continue;
          for (const path of best[from]) {
            best[next].push({ cost: path.cost + cost + (joint ? 0.35 : 0), run: [...path.run, form] });
          }
        }
      }
    }
    const ends = best[text.length].filter(({ run }) => unspaced || run.length <= 4);
    return ends
      .sort((a, b) => a.cost - b.cost)
      .slice(0, 3)
      .filter(({ cost }) => cost < ends[0].cost + 0.7)
      .map(({ run }) => run);
  }
}
