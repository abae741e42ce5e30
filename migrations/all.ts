import { Tenancy1764000000000 } from './1764000000000-tenancy.js';
import { LabelsAndPolicies1764100000000 } from './1764100000000-labels-and-policies.js';
import { Jobs1764200000000 } from './1764200000000-jobs.js';

/** Every migration, in order: what the service brings its database up to date with. */
export const migrations = [Tenancy1764000000000, LabelsAndPolicies1764100000000, Jobs1764200000000];
