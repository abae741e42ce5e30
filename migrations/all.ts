import { Tenancy1764000000000 } from './1764000000000-tenancy.js';
import { LabelsAndPolicies1764100000000 } from './1764100000000-labels-and-policies.js';
import { Jobs1764200000000 } from './1764200000000-jobs.js';
import { ScansAndScrubs1764210000000 } from './1764210000000-scans-and-scrubs.js';
import { Webhooks1764220000000 } from './1764220000000-webhooks.js';
import { CredentialNews1764230000000 } from './1764230000000-credential-news.js';
import { Posture1764250000000 } from './1764250000000-posture.js';
import { Queries1764260000000 } from './1764260000000-queries.js';

/** Every migration, in order: what the service brings its database up to date with. */
export const migrations = [
  Tenancy1764000000000,
  LabelsAndPolicies1764100000000,
  Jobs1764200000000,
  ScansAndScrubs1764210000000,
  Webhooks1764220000000,
  CredentialNews1764230000000,
  Posture1764250000000,
  Queries1764260000000,
];
