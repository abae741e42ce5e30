import createClient, { type Client } from 'openapi-fetch';
import { ScrubjayError } from '../domain/errors.js';
import type { paths } from './api.js';

/** The typed API of a service: `client.GET('/labels/{id}', { params: { path: { id } } })`. */
export type ServiceClient = Client<paths>;

/** The service answered a problem: its code, sentence and next step are passed on. */
export class ServiceProblemError extends ScrubjayError {
  readonly code: string;

  constructor(
    readonly status: number,
    { code, detail, hint }: { readonly code: string; readonly detail: string; readonly hint?: string },
  ) {
    super(detail, hint ?? 'see the log of the service under the time of the request');
    this.code = code;
  }
}

/** Nothing that speaks our API answers at the address. */
export class ServiceUnreachableError extends ScrubjayError {
  readonly code = 'service-unreachable';
}

/**
 * A client of the service at `server` with an API key or token. Each call that is answered a problem throws
 * `ServiceProblemError`, so that `data` is there whenever a call returns.
 */
export function createServiceClient({
  server,
  token,
}: {
  readonly server: string;
  readonly token: string;
}): ServiceClient {
  const client = createClient<paths>({
    baseUrl: server.replace(/\/$/, ''),
    headers: { authorization: `Bearer ${token}` },
  });
  client.use({
    async onResponse({ response }) {
      if (response.ok) return undefined;
      throw await problemOf(response);
    },
    onError({ error }) {
      return new ServiceUnreachableError(
        `no service answers at ${new URL(server).origin}`,
        'check the address, and that the service runs',
        { cause: error },
      );
    },
  });
  return client;
}

async function problemOf(response: Response): Promise<ScrubjayError> {
  if (!response.headers.get('content-type')?.includes('application/problem+json')) {
    return new ServiceUnreachableError(
      `what answers there is no Scrubjay service (status ${response.status})`,
      'check the address',
    );
  }
  return new ServiceProblemError(
    response.status,
    (await response.json()) as ConstructorParameters<typeof ServiceProblemError>[1],
  );
}
