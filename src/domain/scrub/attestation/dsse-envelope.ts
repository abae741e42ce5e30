import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import { z } from 'zod';
import { ScrubjayError } from '../../errors.js';
import type { SigningKey, VerifyingKey } from './ed25519.js';

/** What is signed: bytes, and how to understand them. */
export interface SignedMessage {
  readonly payloadType: string;
  readonly payload: Uint8Array;
}

const base64 = z.string().refine((text) => decodeBase64(text) !== undefined, 'is not base64');

const envelopeSchema = z.object({
  payload: base64,
  payloadType: z.string().min(1),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: base64 })).min(1),
});

/**
 * A message with its signatures, as DSSE 1.0 has it (github.com/secure-systems-lab/dsse). `payload` and
 * `sig` are base64; `keyid` is a hint that nobody signed.
 */
export type DsseEnvelope = z.infer<typeof envelopeSchema>;

/** A file that should be an envelope is none. */
export class NotAnEnvelopeError extends ScrubjayError {
  readonly code = 'attestation-unreadable';

  constructor(problem: string) {
    super(
      `this is no signed attestation: ${problem}`,
      'name the attestation file itself, as the scrub wrote it',
    );
  }
}

/** A signature says that it is by a given key, and is not one over what the envelope holds now. */
export class InvalidSignatureError extends ScrubjayError {
  readonly code = 'attestation-invalid';

  constructor() {
    super(
      'the signature does not match: the attestation was changed after it was signed',
      'do not rely on it; ask for the original, and find out who changed this one',
    );
  }
}

/** Nothing was signed by a key that counts. */
export class OtherSigningKeyError extends ScrubjayError {
  readonly code = 'attestation-other-key';

  /** @param signedBy key ids that the envelope claims */
  constructor(
    signedBy: readonly string[],
    readonly accepted: readonly string[],
  ) {
    const claimed = signedBy.length === 0 ? 'a key without a name' : `key ${signedBy.join(', ')}`;
    super(
      `the attestation is signed by ${claimed}, not by ${accepted.join(' or ')}`,
      'give the public key of whoever ran the scrub; if this is theirs, the attestation is not',
    );
  }
}

/** The bytes that are signed: DSSE's pre-authentication encoding, lengths in bytes. */
export function preAuthenticationEncoding({ payloadType, payload }: SignedMessage): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** Signs a message. */
export function signMessage(message: SignedMessage, key: SigningKey): DsseEnvelope {
  const sig = Buffer.from(key.sign(preAuthenticationEncoding(message))).toString('base64');
  return {
    payload: Buffer.from(message.payload).toString('base64'),
    payloadType: message.payloadType,
    signatures: [{ keyid: key.id, sig }],
  };
}

/**
 * Reads an envelope, and believes nothing of it yet.
 * @throws NotAnEnvelopeError
 */
export function parseEnvelope(text: string): DsseEnvelope {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's words would quote the file.
    throw new NotAnEnvelopeError('it is not JSON');
  }
  const parsed = envelopeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new NotAnEnvelopeError(path.length === 0 ? message : `${path.join('.')}: ${message}`);
}

/** What an envelope holds, whoever signed it. */
export function messageOf({ payload, payloadType }: DsseEnvelope): SignedMessage {
  return { payloadType, payload: decodeBase64(payload)! };
}

/**
 * The message of an envelope, once one of the keys is found to have signed it. Every signature is tried
 * with every key: what the envelope says of key ids only words the refusal.
 * @throws InvalidSignatureError, OtherSigningKeyError
 */
export function verifyMessage(
  envelope: DsseEnvelope,
  keys: readonly VerifyingKey[],
): SignedMessage & { readonly signedBy: readonly VerifyingKey[] } {
  const message = messageOf(envelope);
  const signed = preAuthenticationEncoding(message);
  const signatures = envelope.signatures.map(({ sig }) => decodeBase64(sig)!);
  const signedBy = keys.filter(({ key }) =>
    signatures.some((signature) => verify(null, signed, key, signature)),
  );
  if (signedBy.length > 0) return { ...message, signedBy };
  const claimed = envelope.signatures.flatMap(({ keyid }) => keyid ?? []);
  if (keys.some(({ id }) => claimed.includes(id))) throw new InvalidSignatureError();
  throw new OtherSigningKeyError(
    claimed,
    keys.map(({ id }) => id),
  );
}

/** The text of a message. Throws `NotAnEnvelopeError` when it is not UTF-8. */
export function textOf({ payload }: SignedMessage): string {
  if (!isUtf8(payload)) throw new NotAnEnvelopeError('its payload is not UTF-8');
  return Buffer.from(payload).toString('utf8');
}

/** An envelope as a file. */
export function printEnvelope(envelope: DsseEnvelope): string {
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/** Bytes of standard or URL-safe base64; undefined for a text that no encoder writes. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const plain = (each: string) =>
    each
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/={1,2}$/, '');
  return plain(bytes.toString('base64')) === plain(text) ? bytes : undefined;
}
