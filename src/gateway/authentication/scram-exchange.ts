import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ScramVerifier } from './scram-verifier.js';

/** Names of the mechanisms as SASL writes them. */
export const SCRAM = 'SCRAM-SHA-256';
export const SCRAM_PLUS = 'SCRAM-SHA-256-PLUS';

/** The client's messages are no SCRAM exchange, or its proof is wrong. Never says which part was right. */
export class ScramFailure extends Error {
  constructor(readonly kind: 'malformed' | 'refused' | 'channel-binding') {
    super(kind);
  }
}

/**
 * The server's side of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677), with channel binding
 * `tls-server-end-point` (RFC 5929 §4) where the connection has TLS.
 */
export class ScramExchange {
  readonly #verifier: ScramVerifier;
  readonly #mechanism: string;
  readonly #binding: Buffer | undefined;
  #gs2Header = '';
  #clientFirstBare = '';
  #serverFirst = '';

  /**
   * @param mechanism that the client chose
   * @param binding hash of the server's certificate; undefined when channel binding is not on offer
   */
  constructor(verifier: ScramVerifier, mechanism: string, binding: Buffer | undefined) {
    if (mechanism !== SCRAM && !(mechanism === SCRAM_PLUS && binding)) throw new ScramFailure('malformed');
    this.#verifier = verifier;
    this.#mechanism = mechanism;
    this.#binding = binding;
  }

  /** Answers the client's first message. @throws ScramFailure */
  begin(clientFirst: string): string {
    const match = /^(p=tls-server-end-point|[ny]),,((?:n=[^,]*),r=([\x21-\x2b\x2d-\x7e]{8,256}))$/.exec(
      clientFirst,
    );
    if (!match) throw new ScramFailure('malformed');
    const [, flag, bare, clientNonce] = match;
    this.#checkFlag(flag);
    this.#gs2Header = `${flag},,`;
    this.#clientFirstBare = bare;
    const { salt, iterations } = this.#verifier;
    const nonce = clientNonce + randomBytes(18).toString('base64');
    this.#serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.#serverFirst;
  }

  /** Checks the client's proof, and answers with the server's own. @throws ScramFailure */
  finish(clientFinal: string): string {
    const match = /^((c=[\w+/=]+),(r=[^,]+)),p=([\w+/=]+)$/.exec(clientFinal);
    if (!match) throw new ScramFailure('malformed');
    const [, withoutProof, channel, nonce, proofText] = match;
    const bound = this.#mechanism === SCRAM_PLUS ? this.#binding! : Buffer.alloc(0);
    const expected = Buffer.concat([Buffer.from(this.#gs2Header), bound]).toString('base64');
    if (channel !== `c=${expected}`) throw new ScramFailure('channel-binding');
    if (nonce !== this.#serverFirst.slice(0, this.#serverFirst.indexOf(',')))
      throw new ScramFailure('malformed');

    const signed = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const signature = createHmac('sha256', this.#verifier.storedKey).update(signed).digest();
    const proof = Buffer.from(proofText, 'base64');
    if (proof.length !== signature.length) throw new ScramFailure('malformed');
    const clientKey = proof.map((byte, i) => byte ^ signature[i]);
    const storedKey = createHash('sha256').update(clientKey).digest();
    if (!timingSafeEqual(storedKey, this.#verifier.storedKey)) throw new ScramFailure('refused');
    return `v=${createHmac('sha256', this.#verifier.serverKey).update(signed).digest('base64')}`;
  }

  // `y` says «I could bind, but you did not offer it»: when we did, somebody in between took the offer away.
  #checkFlag(flag: string): void {
    const plus = this.#mechanism === SCRAM_PLUS;
    if (plus !== flag.startsWith('p=')) throw new ScramFailure('malformed');
    if (flag === 'y' && this.#binding) throw new ScramFailure('channel-binding');
  }
}
