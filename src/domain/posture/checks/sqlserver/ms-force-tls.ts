import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, pass, unknown } from '../../verdict.js';

/** sys.dm_exec_connections.encrypt_option of connections over the network. VA1220, VA1279. */
export const msForceTls = defineCheck({
  id: 'ms-force-tls',
  on: 'sqlserver',
  reads: ['connections'],
  evaluate: ({ connections }) => {
    const network = connections.filter(({ overNetwork }) => overNetwork);
    const clear = network.filter(({ encrypted }) => !encrypted);
    const programs = [...new Set(clear.map(({ program }) => program))];
    if (network.length === 0) return unknown('nobody was connected over the network, so nothing was seen');
    return clear.length > 0
      ? fail(`${clear.length} of ${network.length} connections run in clear: ${programs.join(', ')}`)
      : pass(`all ${network.length} connections over the network are encrypted`);
  },
  remedy: procedure(
    'SQL Server Configuration Manager: Protocols, Force Encryption = Yes (2022: Force Strict Encryption), with a certificate that clients trust',
    'restart the instance',
  ),
  verify: 'select encrypt_option, count(*) from sys.dm_exec_connections group by encrypt_option;',
});
