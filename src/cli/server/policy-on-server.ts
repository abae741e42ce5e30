import { parsePolicy } from '../../domain/policy/policy-file.js';
import { readRules } from '../../rules/read-rules.js';
import { showPolicy } from '../policy/show-policy.js';
import type { Terminal } from '../terminal.js';
import { clientOf } from './known-servers.js';
import { resourceNamed } from './named-resources.js';

/** `scrubjay policy show NAME --server URL`: the newest version of a policy that the service keeps. */
export async function showPolicyOnServer(
  terminal: Terminal,
  server: string,
  name: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const client = await clientOf(server, process.env);
  const { id, version } = await resourceNamed(client, '/policies', name);
  const { data } = await client.GET('/policies/{id}/versions/{number}', {
    params: { path: { id, number: version } },
  });
  const { informationTypes } = await readRules();
  const read = parsePolicy(data!.source, `policy ${name} of the service`, informationTypes);
  if (json) {
    terminal.printJson({ ...read.policy, version, sha256: read.sha256 });
    return;
  }
  showPolicy(terminal, read);
  terminal.print(`Version ${version}, by ${data!.createdBy}, ${data!.createdAt}.`);
}
