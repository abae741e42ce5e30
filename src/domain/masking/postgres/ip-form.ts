import type { SqlMaskingContext } from '../technique.js';
import { byteOf, hexOf } from './draws.js';
import { caseFolded } from './normalised.js';
import { bound, onceARow, unlessEmpty } from './once-a-row.js';

interface IpOptions {
  readonly range: 'private' | 'any';
  readonly keepPrefix: number;
}

const byteShape = '(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])';
const v4Shape = `${byteShape}([.]${byteShape}){3}`;

/** See `pseudonymiseIp`. Bits that stay can be told of columns of addresses alone. */
export function ipForm(
  value: string,
  options: IpOptions,
  context: Pick<SqlMaskingContext, 'column' | 'digest'>,
): string | undefined {
  if (context.column.type.family === 'network') return networkForm(value, options, context);
  return options.keepPrefix > 0 ? undefined : textForm(value, options, context);
}

function textForm(value: string, options: IpOptions, { digest }: Pick<SqlMaskingContext, 'digest'>): string {
  const [a, d, p] = ['a', 'd', 'p'].map(bound);
  const trimmed = `btrim(${value} collate "C", E' \\t\\n\\v\\f\\r')`;
  const isV4 = `${a} ~ '^${v4Shape}$'`;
  const prefixFits = (bits: number) => `(${p} is null or ${p}::int <= ${bits})`;
  const suffix = `coalesce('/' || ${p}::int, '')`;
  const v4 = drawnV4(d, options);
  // Leading zeros go, as in what the kernel compares.
  const canonical = `regexp_replace(${a}, '(^|[.])0+([0-9])', '\\1\\2', 'g')`;
  const other = `case when ${v4} = ${canonical} then ${drawnV4(d, options, 1)} else ${v4} end`;
  const named = {
    a: `split_part(${trimmed}, '/', 1)`,
    p: `substring(${trimmed} from '^[^/]*/([0-9]{1,3})$')`,
    d: digest(caseFolded(value)),
  };
  const isWhole = `${value} ~ '^[^/]*(/[0-9]{1,3})?$' and octet_length(${value}) < 64`;
  return unlessEmpty(
    value,
    onceARow(
      named,
      `case when ${isWhole} and ${isV4} and ${prefixFits(32)} then ${other} || ${suffix} when ${isWhole} and ${isV6(a)} and ${prefixFits(128)} then host(${drawnV6(d, options)}) || ${suffix} else ${v4} end`,
    ),
  );
}

/** Of `inet` alone: a stand-in of `cidr` may need a change in a bit beyond any arithmetic of addresses. */
function networkForm(
  value: string,
  { range, keepPrefix }: IpOptions,
  { column, digest }: Pick<SqlMaskingContext, 'column' | 'digest'>,
): string | undefined {
  if (column.type.name !== 'inet') return undefined;
  const [v, d, w] = ['v', 'd', 'w'].map(bound);
  const isV4 = `family(${v}) = 4`;
  const options: IpOptions = { range: keepPrefix > 0 ? 'any' : range, keepPrefix };
  const drawn = `case when ${isV4} then ${drawnV4(d, options)}::inet else ${drawnV6(d, options)} end`;
  const kept = `netmask(set_masklen(${v}, case when ${isV4} then ${Math.min(keepPrefix, 24)} else ${keepPrefix} end))`;
  const whole = keepPrefix > 0 ? `((${v} & ${kept}) | ((${drawn}) & ~ ${kept}))` : drawn;
  const bits = (of: string) => `case family(${of}) when 4 then 32 else 128 end`;
  // The last bit settles that the stand-in is another address.
  const isOdd = `${w} - network(set_masklen(${w}, ${bits(w)} - 1))::inet = 1`;
  const turned = `case when ${isOdd} then ${w} - 1 else ${w} + 1 end`;
  const settled = onceARow(
    { w: `set_masklen(${whole}, masklen(${v}))`, v },
    `case when host(${w}) = host(${v}) then ${turned} else ${w} end`,
  );
  const text = `host(${value}) || case when masklen(${value}) = ${bits(value)} then '' else '/' || masklen(${value}) end`;
  const named = { v: value, d: digest(caseFolded(`(${text})`)) };
  return `case when ${value} is not null then ${onceARow(named, settled)} end`;
}

function drawnV4(digest: string, { range, keepPrefix }: IpOptions, turned = 0): string {
  const first = keepPrefix === 0 && range === 'private' ? '10' : byteOf(digest, 0);
  const last = turned === 0 ? byteOf(digest, 3) : `(${byteOf(digest, 3)} # 1)`;
  return `(${first} || '.' || ${byteOf(digest, 1)} || '.' || ${byteOf(digest, 2)} || '.' || ${last})`;
}

function drawnV6(digest: string, { range, keepPrefix }: IpOptions): string {
  const hex = hexOf(digest, 0, 32);
  const whole = keepPrefix === 0 && range === 'private' ? `('fd' || substr(${hex}, 3))` : hex;
  return `regexp_replace(${whole}, '([0-9a-f]{4})(?!$)', '\\1:', 'g')::inet`;
}

/** See `parseIp`: eight groups, or fewer with one gap; the last two may be written as IPv4; a scope does not count. */
function isV6(address: string): string {
  const plain = `regexp_replace(split_part(${address}, '%', 1), ':${v4Shape}$', ':0:0')`;
  const group = '[0-9A-Fa-f]{1,4}';
  const groups = `length(regexp_replace(regexp_replace(${plain}, '${group}', 'x', 'g'), ':', '', 'g'))`;
  const whole = `${plain} ~ '^${group}(:${group}){7}$'`;
  const gapped = `${plain} ~ '^(${group}(:${group})*)?::(${group}(:${group})*)?$' and ${groups} <= 7`;
  return `(${whole} or ${gapped})`;
}
