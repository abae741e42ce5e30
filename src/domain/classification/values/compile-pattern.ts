import { RE2JS } from 're2js';

/** A whole-value pattern, ready to run in linear time on values of bounded length. */
export interface CompiledPattern {
  readonly test: (value: string) => boolean;
  /** Characters that a matching value has at least and at most. */
  readonly shortest: number;
  readonly longest: number;
}

/** What a part of a pattern asks of the text, from reading the pattern alone. */
interface Extent {
  readonly shortest: number;
  readonly longest: number;
  /** Quantifiers of no small bound in it, and whether one stands within another. */
  readonly loops: number;
  readonly nested: boolean;
}

/** Longest value that the backtracking engine is given. */
const longestNative = 256;
const nothing: Extent = { shortest: 0, longest: 0, loops: 0, nested: false };

/**
 * Compiles a pattern of a rule file (RE2 dialect, whole value). Patterns whose loops cannot multiply run
 * on the platform's engine, which is far faster; all others on RE2. What is no pattern throws when it is
 * first run.
 */
export function compilePattern(pattern: string): CompiledPattern {
  // Reading a rule file has checked the pattern; RE2 compiles it when a value needs it.
  let linear: RE2JS | undefined;
  const slow = (value: string) => (linear ??= RE2JS.compile(RE2JS.translateRegExp(pattern))).matches(value);
  const ignoresCase = pattern.startsWith('(?i)');
  const body = ignoresCase ? pattern.slice(4) : pattern;
  const extent = extentOf(body);
  if (!extent) return { test: slow, shortest: 0, longest: Infinity };
  const { shortest, longest } = extent;
  const native = extent.nested || extent.loops > 3 ? undefined : nativePattern(body, ignoresCase);
  if (!native) return { test: slow, shortest, longest };
  return {
    test: (value) => (value.length <= longestNative ? native.test(value) : slow(value)),
    shortest,
    longest,
  };
}

function nativePattern(body: string, ignoresCase: boolean): RegExp | undefined {
  // RE2's own syntax beyond JavaScript's (\pL, \Q…\E, [[:alpha:]], inline flags) stays with RE2.
  if (/\\[QEAzCZ]|\\p[A-Z]|\[\[:|\(\?[a-zA-Z-]+[:)]|\(\?P</.test(body)) return undefined;
  try {
    return new RegExp(`^(?:${body})$`, ignoresCase ? 'iu' : 'u');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Undefined for syntax that this reader does not know. */
function extentOf(pattern: string): Extent | undefined {
  const reader = new ExtentReader(pattern);
  return reader.read();
}

/** Reads a pattern once, from left to right, for the lengths that it can match. */
class ExtentReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Extent | undefined {
    const extent = this.#alternatives();
    return extent && this.#at === this.#text.length ? extent : undefined;
  }

  #alternatives(): Extent | undefined {
    let all: Extent | undefined;
    for (;;) {
      const branch = this.#sequence();
      if (!branch) return undefined;
      all = all ? either(all, branch) : branch;
      if (this.#text[this.#at] !== '|') return all;
      this.#at++;
    }
  }

  #sequence(): Extent | undefined {
    let all = nothing;
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at])) {
      const atom = this.#atom();
      const repeated = atom && this.#repeat(atom);
      if (!repeated) return undefined;
      all = {
        shortest: all.shortest + repeated.shortest,
        longest: all.longest + repeated.longest,
        loops: all.loops + repeated.loops,
        nested: all.nested || repeated.nested,
      };
    }
    return all;
  }

  #atom(): Extent | undefined {
    const character = this.#text[this.#at];
    const one = { ...nothing, shortest: 1, longest: 1 };
    if (character === '(') return this.#group();
    if (character === '[') return this.#class() ? one : undefined;
    if (character === '^' || character === '$') return this.#skip(1, nothing);
    if (character === '\\') {
      const escape = this.#text[this.#at + 1];
      if (escape === 'b' || escape === 'B') return this.#skip(2, nothing);
      if (/[pP]/.test(escape ?? '')) {
        const property = /^\\[pP](?:\{[^}]*\}|[A-Z])/.exec(this.#text.slice(this.#at));
        // A letter beyond the first plane counts two.
        return property ? this.#skip(property[0].length, { ...one, longest: 2 }) : undefined;
      }
      const hex = /^\\(?:x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\})/.exec(
        this.#text.slice(this.#at),
      );
      if (hex) return this.#skip(hex[0].length, { ...one, longest: 2 });
      return /[QEAzkCZ1-9]/.test(escape ?? 'Q') ? undefined : this.#skip(2, one);
    }
    if ('*+?{'.includes(character)) return undefined;
    return this.#skip(1, character === '.' ? { ...one, longest: 2 } : one);
  }

  #group(): Extent | undefined {
    this.#at++;
    if (this.#text.startsWith('?:', this.#at)) this.#at += 2;
    else if (this.#text[this.#at] === '?') return undefined;
    const inner = this.#alternatives();
    if (!inner || this.#text[this.#at] !== ')') return undefined;
    this.#at++;
    return inner;
  }

  #class(): boolean {
    const match = /^\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]/s.exec(this.#text.slice(this.#at));
    if (!match) return false;
    this.#at += match[0].length;
    return true;
  }

  #repeat(atom: Extent): Extent | undefined {
    const match = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.#text.slice(this.#at));
    if (!match) return atom;
    this.#at += match[0].length;
    const symbol = match[0][0];
    const least = symbol === '{' ? Number(match[1]) : symbol === '+' ? 1 : 0;
    const most =
      symbol === '?'
        ? 1
        : symbol !== '{'
          ? Infinity
          : match[2]
            ? match[3]
              ? Number(match[3])
              : Infinity
            : least;
    const loop = most > 24 && most !== least;
    return {
      shortest: atom.shortest * least,
      longest: atom.longest === 0 ? 0 : atom.longest * most,
      loops: atom.loops + (loop ? 1 : 0),
      // Even small bounds multiply when the part inside varies in length.
      nested: atom.nested || (most > 1 && (atom.loops > 0 || (atom.shortest !== atom.longest && most > 8))),
    };
  }

  #skip(length: number, extent: Extent): Extent {
    this.#at += length;
    return extent;
  }
}

function either(a: Extent, b: Extent): Extent {
  return {
    shortest: Math.min(a.shortest, b.shortest),
    longest: Math.max(a.longest, b.longest),
    loops: a.loops + b.loops,
    nested: a.nested || b.nested,
  };
}
