import type { SqlMaskingContext } from '../technique.js';
import { drawOf } from './draws.js';
import { bound, onceARow } from './once-a-row.js';

/** Largest number of a type, where that is less than its digits allow. */
export const largestByType: Readonly<Record<string, number>> = {
  tinyint: 255,
  smallint: 32_767,
  int2: 32_767,
  integer: 2_147_483_647,
  int4: 2_147_483_647,
  int: 2_147_483_647,
};

/**
 * See `numberNoise`; of whole and decimal numbers. Up to fifteen digits the kernel counts in doubles, and so
 * does this; beyond, both count exactly.
 */
export function numberNoiseForm(
  value: string,
  { share }: { readonly share: number },
  { column: { type }, digest }: Pick<SqlMaskingContext, 'column' | 'digest'>,
): string | undefined {
  const isNumber = type.family === 'integer' || (type.family === 'decimal' && !type.name.startsWith('money'));
  if (!isNumber) return undefined;
  const [v, u, r, c, p] = ['v', 'u', 'r', 'c', 'p'].map(bound);
  const whole = `${u}::float8`;
  const change = `greatest(1, floor((${whole} * ${share}::float8 * (${r} >> 1)::float8) / 2147483648))`;
  const ofDigits = `10::float8 ^ (floor(log(${whole}) + 1e-12) + 1) - 1`;
  const ofType = type.family === 'integer' ? largestByType[type.name] : undefined;
  const moved = onceARow(
    { u, r, c: change, m: ofType === undefined ? ofDigits : `least(${ofDigits}, ${ofType})` },
    `(case when ${whole} - ${c} <= 0 then ${whole} + ${c} when ${r} & 1 = 1 and ${whole} + ${c} <= ${bound('m')} then ${whole} + ${c} else ${whole} - ${c} end)::bigint::numeric`,
  );
  const part = `div(${u} * floor(${share}::float8 * ${r}::float8)::numeric, 4294967296)`;
  const less = `case when ${part} = 0 then 1 else ${part} end`;
  const long = `case when ${u} > ${less} then ${u} - ${less} else ${u} + 1 end`;
  const unscaled = `case when ${u} = 0 then 0 when ${p} then ${moved} else ${long} end`;
  const scaled = `round(sign(${v}::numeric) * (${unscaled}) / (10::numeric ^ ${bound('s')}), ${bound('s')})`;
  const digits = `regexp_replace(${v}::text, '[^0-9]', '', 'g')`;
  const parts = {
    v,
    u: `${digits}::numeric`,
    s: `scale(${v}::numeric)`,
    p: `length(${digits}) <= 15`,
    r: drawOf(bound('d'), 0),
  };
  const inner = onceARow({ v: value, d: digest(`${value}::text`) }, onceARow(parts, scaled));
  const special =
    type.family === 'decimal' ? `when ${value}::text in ('NaN', 'Infinity', '-Infinity') then ${value} ` : '';
  return `case ${special}when ${value} is not null then ${inner} end`;
}
