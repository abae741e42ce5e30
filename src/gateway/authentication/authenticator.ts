import { createHmac, randomBytes } from 'node:crypto';
import { claimedIssuer, OidcTokens, TokenRefused } from '../../runs/oidc-tokens.js';
import type { OidcSource } from '../configuration/gateway-file.js';
import type { UserConfiguration } from '../configuration/read-gateway.js';
import type { PacketSource } from '../admission/packet-source.js';
import {
  authenticationCleartextPassword,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
} from '../protocol/backend-messages.js';
import { FieldReader } from '../protocol/field-reader.js';
import { ProtocolViolation } from '../protocol/protocol-violation.js';
import { SCRAM, SCRAM_PLUS, ScramExchange, ScramFailure } from './scram-exchange.js';
import type { ScramVerifier } from './scram-verifier.js';

/** Whoever it was is not let in. The reason is for the audit; the client hears the same for all of them. */
export class NotAuthenticated extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** The connection that a client authenticates on. */
export interface AuthenticationChannel {
  readonly source: PacketSource;
  send(bytes: Buffer): void;
  readonly encrypted: boolean;
  /** Hash of our certificate, where channel binding can be had. */
  readonly binding: Buffer | undefined;
  /** Common name of the client's certificate, where one was shown and verified. */
  readonly certificateName: string | undefined;
}

export interface Authenticated {
  readonly role: string;
  readonly expiresAt?: number;
}

/** Lets in who can prove to be a user of the gateway file, or brings a token of one of its issuers. */
export class Authenticator {
  readonly #users: ReadonlyMap<string, UserConfiguration>;
  readonly #issuers: ReadonlyMap<string, OidcSource>;
  readonly #tokens = new OidcTokens();
  /** Makes the salt of users who are not there, always the same for one name. */
  readonly #decoys = randomBytes(32);

  constructor(users: ReadonlyMap<string, UserConfiguration>, issuers: readonly OidcSource[]) {
    this.#users = users;
    this.#issuers = new Map(issuers.map((source) => [source.issuer, source]));
  }

  /** @throws NotAuthenticated, ProtocolViolation, ClientGone */
  async authenticate(user: string, channel: AuthenticationChannel): Promise<Authenticated> {
    const known = this.#users.get(user);
    if (!known && this.#issuers.size > 0) return this.#byToken(user, channel);
    // A name that is not there goes through the same exchange: it cannot be told from a wrong password.
    await exchange(known?.verifier ?? this.#decoy(user), channel);
    if (!known) throw new NotAuthenticated('unknown user');
    if (known.certificateName !== undefined && known.certificateName !== channel.certificateName) {
      throw new NotAuthenticated("the client's certificate is for another name");
    }
    channel.send(authenticationOk);
    return { role: known.role };
  }

  async #byToken(user: string, channel: AuthenticationChannel): Promise<Authenticated> {
    if (!channel.encrypted) throw new NotAuthenticated('tokens are taken over TLS only');
    channel.send(authenticationCleartextPassword);
    const fields = new FieldReader(await password(channel), 'password');
    const token = fields.text();
    fields.end();
    const source = this.#issuers.get(claimedIssuer(token) ?? '');
    if (!source) throw new NotAuthenticated('no token of a known issuer');
    const claims = await this.#verified(token, source);
    if (claims[source.userClaim] !== user)
      throw new NotAuthenticated(`claim ${source.userClaim} is another user`);
    const groups = claims[source.groupsClaim];
    const held: readonly unknown[] = Array.isArray(groups) ? groups : [];
    const match = source.roles.find(({ group }) => held.includes(group));
    if (!match) throw new NotAuthenticated('no group of the token has a role here');
    channel.send(authenticationOk);
    return { role: match.role, expiresAt: claims.exp * 1000 };
  }

  async #verified(token: string, source: OidcSource) {
    try {
      return await this.#tokens.verify(token, source);
    } catch (error) {
      if (error instanceof TokenRefused) throw new NotAuthenticated(error.reason);
      throw new NotAuthenticated('the issuer cannot be reached');
    }
  }

  #decoy(user: string): ScramVerifier {
    const salt = createHmac('sha256', this.#decoys).update(user).digest().subarray(0, 16);
    return { iterations: 4096, salt, storedKey: randomBytes(32), serverKey: randomBytes(32) };
  }
}

async function exchange(verifier: ScramVerifier, channel: AuthenticationChannel): Promise<void> {
  channel.send(authenticationSasl(channel.binding ? [SCRAM_PLUS, SCRAM] : [SCRAM]));
  const first = new FieldReader(await password(channel), 'SASL response');
  const mechanism = first.text();
  const clientFirst = first.bytes(first.int32()).toString('utf8');
  first.end();
  try {
    const scram = new ScramExchange(verifier, mechanism, channel.binding);
    channel.send(authenticationSaslContinue(scram.begin(clientFirst)));
    const clientFinal = (await password(channel)).toString('utf8');
    channel.send(authenticationSaslFinal(scram.finish(clientFinal)));
  } catch (error) {
    if (error instanceof ScramFailure) throw new NotAuthenticated(`SCRAM: ${error.kind}`);
    throw error;
  }
}

async function password({ source }: AuthenticationChannel): Promise<Buffer> {
  const { type, body } = await source.message();
  if (type !== PASSWORD) throw new ProtocolViolation('a password was expected');
  return body;
}

const PASSWORD = 'p'.charCodeAt(0);
