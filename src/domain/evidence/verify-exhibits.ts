import { z } from 'zod';
import { type AuditEvent, verifyChain } from '../audit/audit-chain.js';
import { ScrubjayError } from '../errors.js';
import { parseVerifyingKey, type VerifyingKey } from '../scrub/attestation/ed25519.js';
import { OtherSigningKeyError } from '../scrub/attestation/dsse-envelope.js';
import { verifyEnvelope } from '../scrub/attestation/signed-statement.js';
import { EvidencePackError } from './evidence-manifest.js';
import { AUDIT_FILE } from './pack-contents.js';

/** What the exhibits of a pack prove by themselves, beside being the files that were packed. */
export interface ExhibitProof {
  readonly attestations: readonly AttestationProof[];
  /** Undefined for a pack without an audit log. */
  readonly audit?: { readonly events: number };
}

export interface AttestationProof {
  readonly path: string;
  /**
   * `trusted`: signed by a key that the verifier trusts; `own-key`: by the one that lies beside it, which proves
   * that it is whole and not whose it is; `no-key`: there is no key to check it with.
   */
  readonly signature: 'trusted' | 'own-key' | 'no-key';
}

const lineSchema = z.strictObject({
  tenantId: z.guid(),
  sequence: z.int(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  previousHash: z.hex().transform((text) => Buffer.from(text, 'hex')),
  hash: z.hex().transform((text) => Buffer.from(text, 'hex')),
});

/**
 * Checks the signature of every attestation, and follows the chain of the audit log.
 * @param files content by path
 * @throws EvidencePackError for one that does not hold, naming it
 */
export async function verifyExhibits(
  files: ReadonlyMap<string, string | Uint8Array>,
  keys: readonly VerifyingKey[],
): Promise<ExhibitProof> {
  const text = (path: string) => {
    const content = files.get(path);
    return content === undefined ? undefined : Buffer.from(content).toString('utf8');
  };
  const paths = [...files.keys()].filter((path) => /^attestations\/\d+\.json$/.test(path)).sort();
  const attestations = paths.map((path) => proveAttestation(path, text(path)!, text(`${path}.pub`), keys));
  const audit = text(AUDIT_FILE);
  return { attestations, ...(audit === undefined ? {} : { audit: await proveChain(audit) }) };
}

function proveAttestation(
  path: string,
  envelope: string,
  publicKey: string | undefined,
  keys: readonly VerifyingKey[],
): AttestationProof {
  try {
    if (keys.length > 0) {
      verifyEnvelope(envelope, keys);
      return { path, signature: 'trusted' };
    }
  } catch (error) {
    if (!(error instanceof OtherSigningKeyError)) throw broken(path, error);
  }
  if (publicKey === undefined) return { path, signature: 'no-key' };
  try {
    verifyEnvelope(envelope, [parseVerifyingKey(publicKey, `${path}.pub`)]);
    return { path, signature: 'own-key' };
  } catch (error) {
    throw broken(path, error);
  }
}

function broken(path: string, error: unknown): Error {
  if (!(error instanceof ScrubjayError)) return error as Error;
  return new EvidencePackError(`${path}: ${error.message}`);
}

async function proveChain(text: string): Promise<{ readonly events: number }> {
  const events = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => readLine(line, i + 1));
  const last = events.at(-1);
  if (!last) return { events: 0 };
  const inOrder = async function* () {
    yield* events;
  };
  const found = await verifyChain(inOrder(), last);
  if (found) throw new EvidencePackError(`${AUDIT_FILE}: event ${found.sequence} is ${found.problem}`);
  return { events: events.length };
}

function readLine(line: string, number: number): AuditEvent {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    // The parser's words would quote the log.
    throw new EvidencePackError(`${AUDIT_FILE}: line ${number} is no JSON`);
  }
  const parsed = lineSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new EvidencePackError(
    `${AUDIT_FILE}: line ${number} is no event of an audit log, at ${parsed.error.issues[0].path.join('.')}`,
  );
}
