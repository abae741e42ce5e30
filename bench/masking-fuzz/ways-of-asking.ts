import type { Answer, MaskedClient } from '../masking/masking-gateway.js';

type Ask = (client: MaskedClient, query: string) => Promise<readonly Answer[]>;

/** Sends each statement whatever became of the one before it. */
const oneByOne =
  (statementsOf: (query: string) => readonly string[]): Ask =>
  async (client, query) => {
    const answers: Answer[] = [];
    for (const statement of statementsOf(query)) answers.push(await client.send(statement));
    return answers;
  };

/** Ways in which a client may ask one query: each takes another path through protocol and session. */
const ways: readonly Ask[] = [
  oneByOne((query) => [query]),
  async (client, query) => [await client.send(query, [])],
  async (client, query) => {
    const values: string[] = [];
    // Not behind a word, as in `date '2020-01-01'`, which is part of a constant.
    const bound = query.replace(/(?<![a-z] |[a-z])'([^']*)'/g, (_, value: string) => {
      values.push(value);
      return `$${values.length}::text`;
    });
    return [await client.send(bound, values)];
  },
  oneByOne((query) => [`prepare fuzz as ${query}`, 'execute fuzz', 'execute fuzz', 'deallocate fuzz']),
  oneByOne((query) => [
    'begin',
    `declare fuzz cursor for ${query}`,
    'fetch 3 from fuzz',
    'fetch all from fuzz',
    'rollback',
  ]),
  async (client, query) => [await client.copy(`copy (${query}) to stdout (format csv)`)],
];

/**
 * Asks a query in one of several ways. A write runs in a transaction that is rolled back.
 * @param choice from 0 up to 1: the first half of them asks simply
 */
export async function askSomehow(
  client: MaskedClient,
  query: string,
  choice: number,
): Promise<readonly Answer[]> {
  if (/^(insert|update|delete)/.test(query)) {
    return oneByOne((write) => ['begin', write, 'rollback'])(client, query);
  }
  const way = choice < 0.5 ? 0 : Math.floor((choice - 0.5) * 2 * ways.length);
  return ways[way](client, query);
}
