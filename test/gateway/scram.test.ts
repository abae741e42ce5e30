import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { SCRAM, SCRAM_PLUS, ScramExchange } from '../../src/gateway/authentication/scram-exchange.js';
import {
  deriveVerifier,
  parseVerifier,
  printVerifier,
} from '../../src/gateway/authentication/scram-verifier.js';
import { serverUrl } from '../support/databases.js';
import pg from 'pg';

/** A client's side, written from RFC 5802. */
function answer(password: string, clientFirst: string, serverFirst: string, binding = Buffer.alloc(0)) {
  const [, nonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst)!;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const header = clientFirst.slice(0, clientFirst.indexOf(',,') + 2);
  const channel = Buffer.concat([Buffer.from(header), binding]).toString('base64');
  const withoutProof = `c=${channel},r=${nonce}`;
  const signed = `${clientFirst.slice(header.length)},${serverFirst},${withoutProof}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i])).toString('base64');
  return {
    final: `${withoutProof},p=${proof}`,
    serverSignature: `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`,
  };
}

describe('SCRAM-SHA-256', () => {
  const verifier = deriveVerifier('pencil');
  const first = 'n,,n=,r=rOprNGfwEbeRWgbNEkqO';

  it('takes the right password and proves that the server knows it', () => {
    const exchange = new ScramExchange(verifier, SCRAM, undefined);
    const { final, serverSignature } = answer('pencil', first, exchange.begin(first));
    expect(exchange.finish(final)).toBe(serverSignature);
  });

  it('refuses another password', () => {
    const exchange = new ScramExchange(verifier, SCRAM, undefined);
    const { final } = answer('pencils', first, exchange.begin(first));
    expect(() => exchange.finish(final)).toThrow('refused');
  });

  it('binds to the channel, and refuses another one', () => {
    const ours = randomBytes(32);
    const bound = 'p=tls-server-end-point,,n=,r=rOprNGfwEbeRWgbNEkqO';
    const exchange = new ScramExchange(verifier, SCRAM_PLUS, ours);
    const { final, serverSignature } = answer('pencil', bound, exchange.begin(bound), ours);
    expect(exchange.finish(final)).toBe(serverSignature);
    const relayed = new ScramExchange(verifier, SCRAM_PLUS, ours);
    const other = answer('pencil', bound, relayed.begin(bound), randomBytes(32));
    expect(() => relayed.finish(other.final)).toThrow('channel-binding');
  });

  it('notices when somebody took the offer of channel binding away', () => {
    const exchange = new ScramExchange(verifier, SCRAM, randomBytes(32));
    expect(() => exchange.begin(first.replace('n,,', 'y,,'))).toThrow('channel-binding');
  });

  it.each([
    '',
    'n,,',
    'n,a=x,n=,r=rOprNGfwEbeRWgbNEkqO',
    'p=tls-unique,,n=,r=rOprNGfwEbeRWgbNEkqO',
    'n,,n=,r=a',
  ])('refuses a first message that is none: %j', (message) => {
    expect(() => new ScramExchange(verifier, SCRAM, undefined).begin(message)).toThrow('malformed');
  });

  it('reads and writes verifiers as PostgreSQL does', async () => {
    const client = new pg.Client(serverUrl());
    await client.connect();
    const role = `scram_${randomBytes(4).toString('hex')}`;
    await client.query(`create role ${role} login password '${printVerifier(deriveVerifier('through'))}'`);
    const url = new URL(serverUrl());
    url.username = role;
    url.password = 'through';
    const user = new pg.Client(url.href);
    await user.connect();
    await user.end();
    await client.query(`alter role ${role} password 'back'`);
    const { rows } = await client.query<{ kept: string }>(
      `select rolpassword as kept from pg_authid where rolname = '${role}'`,
    );
    const read = parseVerifier(rows[0].kept)!;
    expect(deriveVerifier('back', read.salt, read.iterations)).toEqual(read);
    await client.query(`drop role ${role}`);
    await client.end();
  });
});
