// First: V8's space for new objects grows while modules load.
import '../../src/keep-heap-small.js';
import { sqlServerEngine } from '../../src/engines/sqlserver/sqlserver-engine.js';
import { tellCost } from '../copy-cost.js';
import { timedScrub } from '../timed-scrub.js';

// As a scrub does. Both ways are timed from where rows begin to flow; what tables are made with is not of their size.
const [, , from, to, asked] = process.argv;
const cost = await timedScrub({
  ...{ engine: sqlServerEngine, from, to, how: asked === 'masked' ? 'masked' : 'unmasked' },
  table: 'wide',
  since: 'rows',
  // Some compatible servers keep a database locked that anybody was connected to; it is not timed anyway.
  prepare: (target) => {
    target.publish = () => target.close();
  },
});
tellCost(cost);
