import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfiguration } from './read-gateway.js';

/** What cannot change while the gateway serves; each by its key in the gateway file. */
const fixed: Readonly<Record<string, (configuration: GatewayConfiguration) => unknown>> = {
  listen: ({ listen }) => listen,
  'audit.file': ({ audit }) => audit.file,
  'catalog.maxAge': ({ catalog }) => catalog.maxAge,
  maskingKey: ({ maskingKey }) => maskingKey.sessionSettings,
  databases: ({ databases }) =>
    [...databases].map(([name, { location, searchPath, pool }]) => ({ name, location, searchPath, pool })),
};

/** Keys of the gateway file that say something else than before and need a restart to hold. */
export function needsRestart(before: GatewayConfiguration, after: GatewayConfiguration): readonly string[] {
  return Object.keys(fixed).filter((key) => !isDeepStrictEqual(fixed[key](before), fixed[key](after)));
}
