import { jest } from '@jest/globals';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type CryptoKey, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

/** A real OpenID Connect issuer on a port of its own. */
export interface OidcIssuer {
  readonly issuer: string;
  /** A token that the issuer gives out by itself, with these claims of its own. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** A token signed with the issuer's key that says what a test wants it to say. */
  sign(claims: JWTPayload, options?: { readonly alg?: string; readonly kid?: string }): Promise<string>;
  /** Replaces the issuer's key by a new one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

const RESOURCE = 'https://scrubjay.example/api';

// It tells at every start that it keeps nothing and is for development, as is meant here.
jest.spyOn(console, 'warn').mockImplementation(() => undefined);
jest.spyOn(console, 'info').mockImplementation(() => undefined);

/** Starts the issuer; its tokens are for the audience `scrubjay`. */
export async function startIssuer(): Promise<OidcIssuer> {
  let answer: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let key: CryptoKey;
  let kid = '';
  let ownClaims: Readonly<Record<string, unknown>> = {};

  async function rotate(): Promise<void> {
    const pair = await generateKeyPair('RS256', { extractable: true });
    key = pair.privateKey;
    kid = `key-${Math.random()}`;
    const provider = new Provider(issuer, {
      jwks: { keys: [{ ...(await exportJWK(key)), kid, alg: 'RS256', use: 'sig' }] },
      clients: [
        {
          client_id: 'robot',
          client_secret: 'made-up-secret-of-the-test',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: '',
            audience: 'scrubjay',
            accessTokenFormat: 'jwt' as const,
            jwt: { sign: { alg: 'RS256' as const } },
            accessTokenTTL: 300,
          }),
        },
      },
      extraTokenClaims: () => ownClaims,
    });
    answer = provider.callback();
  }

  await rotate();
  return {
    issuer,
    rotate,
    async token(claims) {
      ownClaims = claims;
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('robot:made-up-secret-of-the-test')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE }),
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      return token;
    },
    sign: (claims, options = {}) =>
      new SignJWT({ iss: issuer, aud: 'scrubjay', sub: 'ana', groups: ['data-office'], ...claims })
        .setProtectedHeader({ alg: options.alg ?? 'RS256', kid: options.kid ?? kid })
        .sign(key),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
