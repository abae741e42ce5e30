import { ScrubjayError } from '../../errors.js';
import { canonicalJson } from './canonical-json.js';
import {
  type DsseEnvelope,
  messageOf,
  NotAnEnvelopeError,
  parseEnvelope,
  type SignedMessage,
  signMessage,
  textOf,
  verifyMessage,
} from './dsse-envelope.js';
import type { SigningKey, VerifyingKey } from './ed25519.js';
import {
  digestOfCopy,
  IN_TOTO_PAYLOAD_TYPE,
  SCRUB_PREDICATE_TYPE,
  type ScrubStatement,
  scrubStatementSchema,
} from './scrub-statement.js';

/** An envelope that holds something other than a statement about a scrub. */
export class OtherPredicateError extends ScrubjayError {
  readonly code = 'attestation-other-predicate';

  constructor(what: string) {
    super(
      `the attestation states something else: ${what}`,
      `a scrub's predicate type is ${SCRUB_PREDICATE_TYPE}; a newer Scrubjay may write a newer one`,
    );
  }
}

/** A statement whose signature holds, with the key ids that it holds for. */
export interface VerifiedStatement {
  readonly statement: ScrubStatement;
  readonly signedBy: readonly string[];
}

/** Signs a statement: canonical JSON in a DSSE envelope. */
export function signStatement(statement: ScrubStatement, key: SigningKey): DsseEnvelope {
  const payload = Buffer.from(canonicalJson(statement));
  return signMessage({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload }, key);
}

/**
 * Reads an envelope that anybody may have made, and gives its statement only when one of the keys signed it.
 * @throws NotAnEnvelopeError, InvalidSignatureError, OtherSigningKeyError, OtherPredicateError
 */
export function verifyEnvelope(text: string, keys: readonly VerifyingKey[]): VerifiedStatement {
  const message = verifyMessage(parseEnvelope(text), keys);
  return { statement: readStatement(message), signedBy: message.signedBy.map(({ id }) => id) };
}

/**
 * The statement of an envelope, whoever made it: to be shown, never to be relied on.
 * @throws NotAnEnvelopeError, OtherPredicateError
 */
export function readUnverified(text: string): ScrubStatement {
  return readStatement(messageOf(parseEnvelope(text)));
}

/** Fields that a newer minor version added are ignored, as in-toto asks for. */
function readStatement(message: SignedMessage): ScrubStatement {
  if (message.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    throw new OtherPredicateError(`a payload of another type than ${IN_TOTO_PAYLOAD_TYPE}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(textOf(message));
  } catch (error) {
    // The parser's words would quote the payload.
    throw error instanceof ScrubjayError ? error : new NotAnEnvelopeError('its payload is not JSON');
  }
  const parsed = scrubStatementSchema.safeParse(json);
  if (!parsed.success) {
    const { path } = parsed.error.issues[0];
    if (['_type', 'predicateType'].includes(String(path[0]))) {
      throw new OtherPredicateError(`its ${String(path[0])} is another`);
    }
    throw new NotAnEnvelopeError(`the statement's ${path.join('.')} is not as its predicate type has it`);
  }
  const { subject, predicate } = parsed.data;
  if (!subject.some(({ digest }) => digest.sha256 === digestOfCopy(predicate.copy))) {
    throw new NotAnEnvelopeError('its subject is not the copy that it describes');
  }
  return parsed.data;
}
