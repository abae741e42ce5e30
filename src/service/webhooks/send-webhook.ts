import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP } from 'node:net';
import { PassingError } from '../jobs/job-failure.js';
import type { AddressPolicy } from '../network/address-policy.js';

/** Milliseconds that one try may take. */
const TIMEOUT_MS = 10_000;

/** The receiver did not take a delivery this time. */
export class WebhookRefusedError extends PassingError {
  readonly code = 'webhook-refused';
}

/**
 * Posts to a webhook and gives the HTTP status. The connection goes to the very address that was found
 * permitted, whatever the name comes to mean in between; a redirect is not followed, since it could lead
 * anywhere. Nothing of the answer but its status is read.
 * @throws ForbiddenAddressError, WebhookRefusedError when there was no answer
 */
export async function sendWebhook(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  addresses: AddressPolicy,
): Promise<number> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const [address] = await addresses.resolve(host);
  const request = target.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const failed = () =>
      reject(
        new WebhookRefusedError('the receiver did not answer', 'check that it is up and reachable from here'),
      );
    const sending = request(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Scrubjay-Webhooks',
        ...headers,
      },
      lookup: (_host, options, found) => {
        const family = isIP(address);
        if (options.all === true) found(null, [{ address: address, family }]);
        else found(null, address, family);
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      agent: false,
    });
    sending.once('response', (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    // After the answer, destroying what is left of it is an error too: then nobody waits any more.
    sending.on('error', failed);
    sending.end(body);
  });
}
