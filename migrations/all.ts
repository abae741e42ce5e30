import { Tenancy1764000000000 } from './1764000000000-tenancy.js';

/** Every migration, in order: what the service brings its database up to date with. */
export const migrations = [Tenancy1764000000000];
