import { createHmac, randomBytes } from 'node:crypto';

/**
 * Signatures as Standard Webhooks 1.0 has them (standardwebhooks.com), so that receivers can verify them
 * with a library they have: `webhook-signature: v1,<base64 of HMAC-SHA-256 over id.timestamp.body>`.
 */
export interface SignedDelivery {
  /** The same for each try: a receiver tells a repetition by it. */
  readonly id: string;
  /** Seconds since 1970, of this try: a receiver refuses what is old. */
  readonly timestamp: number;
  readonly body: string;
}

const PREFIX = 'whsec_';

export function newSigningSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

/** @param secret as `newSigningSecret` gives it */
export function signatureHeaders(
  { id, timestamp, body }: SignedDelivery,
  secret: string,
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
