/** mulberry32: the same values on every run. */
function drawFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const eachKind = 12;

/** Words as states, kinds, titles and descriptions hold them; none is a name. */
const words =
  'active pending closed open draft shipped new old large small blue green standard premium monthly order invoice item report value level group note done failed success north south total gross net cash card online store basic plus pro trial none other unknown default system manual auto high low medium'.split(
    ' ',
  );

function* makeValues(): Generator<string> {
  const draw = drawFrom(20_260_101);
  const digits = (length: number) =>
    String(1 + draw(9)) + Array.from({ length: length - 1 }, () => draw(10)).join('');
  const letters = (length: number) =>
    Array.from({ length }, () => String.fromCharCode(65 + draw(26))).join('');
  const hex = (length: number) => Array.from({ length }, () => draw(16).toString(16)).join('');
  const mixed = (length: number) =>
    Array.from(
      { length },
      () => 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[draw(62)],
    ).join('');
  const word = () => words[draw(words.length)];
  const two = (value: number) => String(value).padStart(2, '0');
  const day = () => `${String(2015 + draw(11))}-${two(1 + draw(12))}-${two(1 + draw(28))}`;
  const time = () => `${two(draw(24))}:${two(draw(60))}:${two(draw(60))}`;
  const kinds: readonly (() => string)[] = [
    ...Array.from({ length: 14 }, (_, at) => () => digits(at + 1)),
    () => `${digits(1 + draw(5))}.${digits(2)}`,
    () => `-${digits(1 + draw(3))}.${digits(1 + draw(4))}`,
    day,
    () => `${day()} ${time()}`,
    time,
    word,
    () => word()[0].toUpperCase() + word(),
    () => letters(2),
    () => letters(3),
    () => `${word()} ${word()}`,
    () => `${word()} ${word()} ${word()} ${word()} ${word()}`,
    () => `${word()}_${word()}`,
    () => `${letters(2)}-${digits(6)}`,
    () => `${letters(3)}${digits(5)}`,
    () => `${letters(1)}${digits(3)}`,
    () => `${digits(3)}-${digits(2)}-${digits(4)}`,
    () => `${digits(3)}-${digits(3)}`,
    () => `${digits(4)}/${digits(2)}`,
    () => `${digits(1)}.${digits(1)}.${digits(2)}`,
    () => hex(8),
    () => hex(32),
    () => hex(40),
    () => hex(64),
    () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    () => mixed(10),
    () => mixed(22),
    () => mixed(40),
    () => `/var/${word()}/${word()}.txt`,
    () => `https://www.${word()}.example/${word()}`,
    () => `${word()}.${word()}.example`,
    () => `{"${word()}":${digits(2)}}`,
    () => ['true', 'false', 't', 'f', 'Y', 'N', '0', '1'][draw(8)],
  ];
  for (const kind of kinds) for (let count = 0; count < eachKind; count++) yield kind();
}

/**
 * Values such as columns of any database hold that say nothing of anybody: numbers of all lengths, dates,
 * codes, states, digests, addresses of machines. What passes a rule among them, passes by its form alone.
 */
export const ordinaryValues: readonly string[] = [...makeValues()];
