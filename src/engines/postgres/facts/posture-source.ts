import type { PostureSource } from '../../posture-source.js';
import { displayLocation, endpointOf } from '../connection.js';
import { auditorStatements } from './auditor-sql.js';
import { collectFacts } from './collect-facts.js';

/** What PostgreSQL tells of its posture. */
export const postgresPosture: PostureSource = {
  kind: 'postgres',
  collectFacts: async (location, options) => ({
    kind: 'postgres',
    readings: await collectFacts(location, options),
  }),
  auditorStatements,
  display: (location) => displayLocation(location),
  endpoint: (location) => {
    const endpoint = endpointOf(location);
    return endpoint && { ...endpoint, protocol: 'postgres' };
  },
};
