import { twoDigits } from '../bytes/calling-codes.js';
import type { SqlMaskingContext } from '../technique.js';
import { byteOf } from './draws.js';
import {
  BEFORE,
  BYTE,
  bytesOf,
  eachByte,
  isBeyondAscii,
  isControl,
  isDigit,
  isLetter,
  isLower,
  PLACE,
} from './each-byte.js';
import { digitsOf, digitsOnly } from './normalised.js';
import { bound, onceARow, unlessEmpty } from './once-a-row.js';

/** Words that say what the digits are. */
export const phoneLabels = ['x', 'ext', 'tel', 'fax', 'mob', 'extn'] as const;

/** See `pseudonymisePhone`. */
export function phoneForm(
  value: string,
  { keepStart }: { readonly keepStart: number },
  { column, digest }: Pick<SqlMaskingContext, 'column' | 'digest'>,
): string | undefined {
  if (column.type.family !== 'text') return undefined;
  const named = {
    v: `${value} collate "C"`,
    b: bytesOf(value),
    d: digest(digitsOnly(value)),
    g: digitsOf(value),
    k: keptDigits(value, keepStart),
  };
  const [v, b, g, k] = ['v', 'b', 'g', 'k'].map(bound);
  const mapped = eachByte(b, isDigit(BYTE), writtenByte(b, k));
  const none = `(select string_agg(${drawnDigit('s.i', 's.i = 0')}, '' order by s.i) from generate_series(0, least(15, length(${v})) - 1) as s(i))`;
  const written = `case when ${v} !~ '[0-9A-Za-z]' then ${none} else ${differing(mapped, g)} end`;
  return unlessEmpty(value, onceARow(named, written));
}

/** Leading digits that stay. */
function keptDigits(value: string, keepStart: number): string {
  // Digits that are not there count as 0.
  const digits = `(${digitsOf(value)} || '00000000')`;
  const codes = [...twoDigits].map((code) => `'${code}'`).join(', ');
  const codeLength = (from: number) =>
    `case when substr(${digits}, ${from + 1}, 1) in ('1', '7') then 1 when substr(${digits}, ${from + 1}, 2) in (${codes}) then 2 else 3 end`;
  const isPlus = `${value} ~ '^[(]?[+]'`;
  const plus = `(${codeLength(0)})`;
  const withTrunk = `${plus} + case when substr(${digits}, ${plus} + 1, 1) = '0' then 1 else 0 end`;
  const kept = `(case when ${isPlus} then ${withTrunk} when left(${digits}, 2) = '00' then 2 + ${codeLength(2)} when left(${digits}, 1) = '0' then 1 else 0 end + ${keepStart})`;
  return `case when length(${digitsOf(value)}) - ${kept} >= 4 then ${kept} else 0 end`;
}

function writtenByte(bytes: string, kept: string): string {
  const drawn = `(${BEFORE} - ${kept})`;
  const digit = drawnDigit(drawn, `${drawn} = 0`);
  const word = `lower(substring(left(${bytes}, ${PLACE} + 1) from '[A-Za-z]*$') || substring(substr(${bytes}, ${PLACE} + 2) from '^[A-Za-z]*'))`;
  const labels = phoneLabels.map((label) => `'${label}'`).join(', ');
  const letter = `chr(case when ${isLower(BYTE)} then 97 else 65 end + (${byteOf(bound('d'), `${PLACE} % 32`)} + 1) % 26)`;
  return `case when ${isDigit(BYTE)} then case when ${drawn} < 0 then ${BYTE} else ${digit} end when ${isLetter(BYTE)} then case when ${word} in (${labels}) then ${BYTE} else ${letter} end when ${isBeyondAscii(BYTE)} or ${isControl(BYTE)} then ' ' else ${BYTE} end`;
}

function drawnDigit(drawn: string, isFirst: string): string {
  const byte = `(${byteOf(bound('d'), `${drawn} % 32`)} + (${drawn} >> 5))`;
  return `case when ${isFirst} then chr(50 + ${byte} % 8) else chr(48 + ${byte} % 10) end`;
}

/** The last digit moves on where all digits came out as they were. */
function differing(written: string, digits: string): string {
  const r = bound('r');
  const last = `right(${bound('g')}, 1)`;
  const moved = `case ${last} when '9' then '2' else chr(ascii(${last}) + 1) end`;
  const changed = `regexp_replace(${r}, '[0-9]([^0-9]*)$', ${moved} || '\\1')`;
  return onceARow(
    { r: written, g: digits },
    `case when ${bound('g')} <> '' and ${digitsOf(r)} = ${bound('g')} then ${changed} else ${r} end`,
  );
}
