import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ScrubjayError } from '../errors.js';
import { canonicalJson } from '../scrub/attestation/canonical-json.js';
import {
  type DsseEnvelope,
  parseEnvelope,
  signMessage,
  textOf,
  verifyMessage,
} from '../scrub/attestation/dsse-envelope.js';
import type { SigningKey, VerifyingKey } from '../scrub/attestation/ed25519.js';

/** What the signed payload is. */
export const EVIDENCE_PAYLOAD_TYPE = 'application/vnd.scrubjay.evidence+json';
/** The manifest's place in a pack. */
export const MANIFEST_FILE = 'manifest.dsse.json';

const manifestSchema = z.object({
  version: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  /** The moment of the youngest exhibit, not of the packing: the same exhibits make the same pack. */
  asOf: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      sha256: z.string().regex(/^[\da-f]{64}$/),
      bytes: z.number().int().nonnegative(),
      about: z.string(),
    }),
  ),
  controls: z.array(
    z.object({
      framework: z.string(),
      id: z.string(),
      title: z.string(),
      state: z.enum(['supported', 'contradicted', 'partly', 'no-exhibit']),
      says: z.array(z.string()),
      exhibits: z.array(z.string()),
    }),
  ),
});

/** The list of a pack's files with their digests, and what each control gets of them. */
export type EvidenceManifest = z.infer<typeof manifestSchema>;
export type ControlEvidence = EvidenceManifest['controls'][number];

/** One file of a pack. */
export interface Exhibit {
  readonly path: string;
  /** What it is, in a sentence for somebody who has never seen the tool. */
  readonly about: string;
  readonly content: string;
}

/** A pack that is not what its manifest says. */
export class EvidencePackError extends ScrubjayError {
  readonly code = 'evidence-invalid';

  constructor(problem: string) {
    super(
      `the evidence pack does not hold: ${problem}`,
      'do not rely on it; ask whoever made it for the original',
    );
  }
}

export function describeFiles(exhibits: readonly Exhibit[]): EvidenceManifest['files'] {
  return exhibits
    .map(({ path, about, content }) => ({
      path,
      about,
      sha256: sha256(content),
      bytes: Buffer.byteLength(content),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Signs a manifest: canonical JSON in a DSSE envelope. */
export function signManifest(manifest: EvidenceManifest, key: SigningKey): DsseEnvelope {
  return signMessage(
    { payloadType: EVIDENCE_PAYLOAD_TYPE, payload: Buffer.from(canonicalJson(manifest)) },
    key,
  );
}

/**
 * The manifest of a pack, once one of the keys signed it and every file is there as it says, and no other.
 * @param files content by path
 * @throws NotAnEnvelopeError, InvalidSignatureError, OtherSigningKeyError, EvidencePackError
 */
export function verifyPack(
  files: ReadonlyMap<string, Uint8Array>,
  keys: readonly VerifyingKey[],
): { readonly manifest: EvidenceManifest; readonly signedBy: readonly string[] } {
  const envelope = files.get(MANIFEST_FILE);
  if (!envelope) throw new EvidencePackError(`it has no ${MANIFEST_FILE}`);
  const message = verifyMessage(parseEnvelope(Buffer.from(envelope).toString('utf8')), keys);
  if (message.payloadType !== EVIDENCE_PAYLOAD_TYPE)
    throw new EvidencePackError('what is signed is no manifest');
  const parsed = manifestSchema.safeParse(JSON.parse(textOf(message)));
  if (!parsed.success) throw new EvidencePackError('its manifest is of another version');
  const listed = new Set(parsed.data.files.map(({ path }) => path));
  for (const path of files.keys()) {
    if (path !== MANIFEST_FILE && !listed.has(path))
      throw new EvidencePackError(`${path} is not in the manifest`);
  }
  for (const { path, sha256: digest } of parsed.data.files) {
    const content = files.get(path);
    if (!content) throw new EvidencePackError(`${path} is missing`);
    if (sha256(content) !== digest) throw new EvidencePackError(`${path} was changed`);
  }
  return { manifest: parsed.data, signedBy: message.signedBy.map(({ id }) => id) };
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
