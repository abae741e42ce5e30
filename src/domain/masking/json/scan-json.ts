import { isDigit } from '../bytes/ascii.js';
import { isHexDigit } from '../normalisation/hex-digits.js';
import { decodeText } from '../normalisation/normaliser.js';
import type { PathNode } from './json-path.js';

export type ScalarKind = 'string' | 'number' | 'word';

/**
 * Called for every scalar of a text: a string with its quotes, a number, or `true`, `false`, `null`.
 * @param path number of the path that covers it, or -1
 */
export type OnScalar = (kind: ScalarKind, from: number, to: number, path: number) => void;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What may follow a backslash besides `u`. */
const escapable = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const words = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));

interface Level {
  readonly isObject: boolean;
  /** Nodes that the path so far has reached. */
  readonly nodes: readonly PathNode[];
  readonly path: number;
  index: number;
}

/**
 * Walks a JSON text (RFC 8259) without building it, with a stack of its own, since a text may nest
 * deeper than calls can. False when the text is malformed, wherever that shows.
 */
export function scanJson(
  bytes: Uint8Array,
  from: number,
  to: number,
  root: PathNode,
  onScalar: OnScalar,
): boolean {
  const stack: Level[] = [];
  let nodes: readonly PathNode[] = [root];
  let path = root.path ?? -1;
  let at = skipBlanks(bytes, from, to);

  /** Reads `"key" :` and steps into the member. */
  function enterMember(level: Level): boolean {
    const end = stringEnd(bytes, at, to);
    if (end < 0) return false;
    enter(level, (node) => [node.members.get(unescapeString(bytes, at, end)), node.anyMember]);
    at = skipBlanks(bytes, end, to);
    if (bytes[at] !== 0x3a || at >= to) return false;
    at = skipBlanks(bytes, at + 1, to);
    return true;
  }

  function enterElement(level: Level): void {
    enter(level, (node) => [node.elements.get(level.index), node.anyElement]);
  }

  /** The step by name or number counts before the one by `*`. */
  function enter(level: Level, step: (node: PathNode) => readonly (PathNode | undefined)[]): void {
    if (level.nodes.length === 0) {
      nodes = level.nodes;
      path = level.path;
      return;
    }
    nodes = level.nodes.flatMap(step).filter((node) => node !== undefined);
    path = nodes.find((node) => node.path !== undefined)?.path ?? level.path;
  }

  for (;;) {
    // A value begins here.
    if (at >= to) return false;
    const byte = bytes[at];
    if (byte === 0x7b || byte === 0x5b) {
      const level: Level = { isObject: byte === 0x7b, nodes, path, index: 0 };
      at = skipBlanks(bytes, at + 1, to);
      if (at < to && bytes[at] === (level.isObject ? 0x7d : 0x5d)) at++;
      else {
        stack.push(level);
        if (!level.isObject) enterElement(level);
        else if (!enterMember(level)) return false;
        continue;
      }
    } else {
      const kind = byte === QUOTE ? 'string' : byte === 0x2d || isDigit(byte) ? 'number' : 'word';
      const end = scalarEnd(kind, bytes, at, to);
      if (end < 0) return false;
      onScalar(kind, at, end, path);
      at = end;
    }
    // A value has ended: close what ends with it, then go on to the next.
    for (;;) {
      at = skipBlanks(bytes, at, to);
      const level = stack.at(-1);
      if (!level) return at === to;
      if (at >= to) return false;
      if (bytes[at] === (level.isObject ? 0x7d : 0x5d)) {
        stack.pop();
        at++;
        continue;
      }
      if (bytes[at] !== 0x2c) return false;
      at = skipBlanks(bytes, at + 1, to);
      level.index++;
      if (!level.isObject) enterElement(level);
      else if (!enterMember(level)) return false;
      break;
    }
  }
}

function skipBlanks(bytes: Uint8Array, at: number, to: number): number {
  while (at < to && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09))
    at++;
  return at;
}

/** After the closing quote, or -1 where there is none or an escape is malformed. */
function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] !== QUOTE) return -1;
  for (let i = from + 1; i < to; i++) {
    if (bytes[i] === QUOTE) return i + 1;
    if (bytes[i] < 0x20) return -1;
    if (bytes[i] !== BACKSLASH) continue;
    i++;
    if (bytes[i] === LETTER_U) {
      for (let digit = 1; digit <= 4; digit++)
        if (i + digit >= to || !isHexDigit(bytes[i + digit])) return -1;
    } else if (!escapable.has(bytes[i])) return -1;
  }
  return -1;
}

/** The text of a string that `scanJson` found, from its quote to its quote. */
export function unescapeString(bytes: Uint8Array, from: number, to: number): string {
  const text = decodeText(bytes, from, to).slice(1, -1);
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_match, hex: string | undefined, letter: string | undefined) =>
      hex === undefined ? (escapes[letter ?? ''] ?? letter ?? '') : String.fromCharCode(parseInt(hex, 16)),
  );
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function scalarEnd(kind: ScalarKind, bytes: Uint8Array, from: number, to: number): number {
  if (kind === 'string') return stringEnd(bytes, from, to);
  if (kind === 'number') return numberEnd(bytes, from, to);
  const word = words.find((candidate) => candidate[0] === bytes[from]);
  if (!word || from + word.length > to) return -1;
  return word.every((byte, i) => byte === bytes[from + i]) ? from + word.length : -1;
}

/** After a number, or -1. */
export function numberEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  const whole = at;
  while (at < to && isDigit(bytes[at])) at++;
  if (at === whole || (bytes[whole] === 0x30 && at > whole + 1)) return -1;
  if (at < to && bytes[at] === 0x2e) {
    const fraction = ++at;
    while (at < to && isDigit(bytes[at])) at++;
    if (at === fraction) return -1;
  }
  if (at < to && (bytes[at] | 0x20) === 0x65) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    const exponent = at;
    while (at < to && isDigit(bytes[at])) at++;
    if (at === exponent) return -1;
  }
  return at;
}
