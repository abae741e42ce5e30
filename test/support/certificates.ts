import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate made for a test, with its key. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly subject: string;
}

export interface CertificateWishes {
  readonly subject: string;
  /** DNS names; `IP:127.0.0.1` for addresses. */
  readonly names?: readonly string[];
  /** Days from today; negative for the past. */
  readonly validFromDays?: number;
  readonly validToDays?: number;
  /** RSA bits; an elliptic curve of 256 bits without. */
  readonly rsaBits?: number;
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
}

/** Makes an X.509 v3 certificate (RFC 5280): Node has no call for it, and not every machine has openssl. */
export function makeCertificate(wishes: CertificateWishes): TestCertificate {
  const { publicKey, privateKey } =
    wishes.rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: wishes.rsaBits });
  const signer = wishes.issuer?.privateKey ?? privateKey;
  const algorithm =
    signer.asymmetricKeyType === 'rsa'
      ? sequence(oid('1.2.840.113549.1.1.11'), der(5))
      : sequence(oid('1.2.840.10045.4.3.2'));
  const extensions = [
    ...(wishes.isAuthority
      ? [sequence(oid('2.5.29.19'), der(1, [255]), der(4, sequence(der(1, [255]))))]
      : []),
    ...(wishes.names ? [sequence(oid('2.5.29.17'), der(4, sequence(...wishes.names.map(generalName))))] : []),
  ];
  const body = sequence(
    der(0xa0, der(2, [2])),
    der(2, [1, ...randomBytes(8)]),
    algorithm,
    name(wishes.issuer?.subject ?? wishes.subject),
    sequence(time(wishes.validFromDays ?? -1), time(wishes.validToDays ?? 365)),
    name(wishes.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  const whole = sequence(
    body,
    algorithm,
    der(3, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)])),
  );
  const lines = whole.toString('base64').replace(/(.{64})/g, '$1\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    privateKey,
    subject: wishes.subject,
  };
}

function der(tag: number, content: Uint8Array | readonly number[] = []): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  const length =
    bytes.length < 128
      ? [bytes.length]
      : bytes.length < 256
        ? [0x81, bytes.length]
        : [0x82, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const groups = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    return groups;
  });
  return der(6, [first * 40 + second, ...bytes]);
}

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(12, Buffer.from(commonName)))));
}

function generalName(text: string): Buffer {
  return text.startsWith('IP:')
    ? der(0x87, text.slice(3).split('.').map(Number))
    : der(0x82, Buffer.from(text));
}

function time(days: number): Buffer {
  const date = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x18, Buffer.from(`${date.slice(0, 19).replace(/[-:T]/g, '')}Z`));
}
