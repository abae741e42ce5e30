import type { HostRule } from './facts/postgres-facts.js';
import { type Remedy, shell } from './remedy.js';

/** A rule that lets somebody in over the network. */
export function isNetworkRule({ type, method }: HostRule): boolean {
  return type !== null && type !== 'local' && method !== 'reject';
}

/** A rule for the server's own machine only. */
export function isLoopback({ address, netmask }: HostRule): boolean {
  if (address === null) return false;
  return (
    (/^127\./.test(address) && netmask !== null && /^255\./.test(netmask)) ||
    (address === '::1' && netmask === 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff') ||
    address === 'localhost'
  );
}

export function printRule({ file, line }: HostRule): string {
  return `${file.replace(/^.*\//, '')} line ${line}`;
}

/** Edits one line of pg_hba.conf, keeping the old file as `.before`, and has the server read it. */
export function editLine({ file, line }: HostRule, edit: string): Remedy {
  return shell(
    `sed -i.before '${line}${edit}' '${file.replaceAll("'", "'\\''")}'`,
    `psql -c 'select pg_reload_conf();'`,
  );
}

/** Gives a line another method. */
export function changeMethod(rule: HostRule, to: string): Remedy {
  return editLine(rule, `s/[[:space:]]${rule.method}/ ${to}/`);
}
