import { fileURLToPath } from 'node:url';
import { EmbeddedServer } from '../../src/engines/postgres/embedded-server.js';
import { atLeast, atMost, type Bench } from '../claim.js';
import { type FaultOutcome, runFaults } from './run-faults.js';

/** Breaks scrubs off at random moments, a hundred times, and lets others go on with them. */
export const bench: Bench = async ({ quick }) => {
  const count = quick ? 6 : 100;
  const server = await EmbeddedServer.start({ durability: 'none' });
  try {
    const outcomes = await runFaults({
      url: server.url(),
      count,
      seed: 20_261_126,
      program: fileURLToPath(new URL('.', import.meta.url)),
      onOutcome: print,
    });
    const broken = outcomes.filter(({ said }) => said !== 'done');
    const own = broken.filter(({ said }) => said !== 'killed' && !/^[a-z-]+$/.test(said));
    console.log(`${count} faults, of which ${broken.length} broke a run; the others came when it was done`);
    return [
      atMost(
        'targets that showed a part of a copy',
        outcomes.filter((one) => one.showedPart).length,
        0,
        'count',
      ),
      atLeast(
        'runs that were gone on with to a right copy',
        outcomes.filter(({ runs }) => runs !== undefined).length / count,
        1,
        'share',
      ),
      atMost('breaks that were told as mistakes of our own', own.length, 0, 'count'),
    ];
  } finally {
    await server.stop();
  }
};

function print({ kind, afterSeconds, said, showedPart, runs }: FaultOutcome): void {
  const came = runs === undefined ? 'no right copy' : `right after ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  console.log(
    `${kind.padEnd(15)} after ${afterSeconds.toFixed(2)} s: ${said.padEnd(20)} ${came}${showedPart ? '; A PART WAS SHOWN' : ''}`,
  );
}
