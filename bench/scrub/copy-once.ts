// As the command line does when it scrubs.
import '../../src/keep-heap-small.js';
import { postgresEngine } from '../../src/engines/postgres/postgres-engine.js';
import { tellCost } from '../copy-cost.js';
import { timedScrub } from '../timed-scrub.js';

// Copies as a scrub does; started by the bench as `node copy-once.js FROM TO masked|unmasked`.
const [, , from, to, asked] = process.argv;
const how = asked === 'masked' ? 'masked' : 'unmasked';
tellCost(await timedScrub({ engine: postgresEngine, from, to, how, since: 'schema' }));
