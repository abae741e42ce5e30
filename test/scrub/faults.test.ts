import { join } from 'node:path';
import { runFaults } from '../../bench/scrub-faults/run-faults.js';
import { serverUrl } from '../support/databases.js';

describe('a scrub that is broken off by its worker’s, a server’s or the network’s end', () => {
  // `npm run bench -- scrub-faults` does it a hundred times.
  it('never shows a part of a copy, and comes to the right one when it is gone on with', async () => {
    const outcomes = await runFaults({
      url: serverUrl(),
      count: 4,
      seed: 7,
      program: join(import.meta.dirname, '../../dist/bench/scrub-faults'),
    });
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        showedPart: false,
        said: expect.stringMatching(/^[a-z-]+$/) as string,
        runs: expect.any(Number) as number,
      });
    expect(outcomes.some(({ said }) => said !== 'done')).toBe(true);
  }, 300_000);
});
