import { createHmac, randomBytes, verify } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { parseSigningKey, parseVerifyingKey } from '../../src/domain/scrub/attestation/ed25519.js';
import {
  createMaskingKeyFile,
  MaskingKey,
  parseMaskingKey,
  readMaskingKey,
} from '../../src/runs/masking-key.js';
import { createSigningKeyFile, deriveSigningKey, readSigningKey } from '../../src/runs/signing-key.js';

const bytes = randomBytes(32);
const hex = bytes.toString('hex');
const id = createHmac('sha256', bytes).update('scrubjay key id').digest('hex').slice(0, 16);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scrubjay-keys-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function keyFile(text: string, mode = 0o600): Promise<string> {
  const file = join(folder, 'a.key');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

describe('a masking key', () => {
  it('is 32 bytes in hex or base64, in the environment or a file', async () => {
    for (const text of [hex, hex.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url')]) {
      expect((await readMaskingKey({ env: { SCRUBJAY_KEY: text } })).id).toBe(id);
      const file = await keyFile(`# made by hand\n\n  ${text}\r\n`);
      expect((await readMaskingKey({ env: { SCRUBJAY_KEY_FILE: file } })).id).toBe(id);
      expect((await readMaskingKey({ keyFile: file, env: {} })).id).toBe(id);
    }
  });

  it('on the command line stands above the environment', async () => {
    const env = { SCRUBJAY_KEY: randomBytes(32).toString('hex'), SCRUBJAY_KEY_FILE: 'nowhere' };
    expect((await readMaskingKey({ keyFile: await keyFile(hex), env })).id).toBe(id);
    await expect(readMaskingKey({ env })).rejects.toMatchObject({ code: 'masking-key-ambiguous' });
  });

  it('that is missing is asked for with both ways to give it, and how to make one', async () => {
    const error: unknown = await readMaskingKey({ env: { SCRUBJAY_KEY: '' } }).catch(
      (refusal: unknown) => refusal,
    );
    for (const way of ['scrubjay key new', '--key-file', 'SCRUBJAY_KEY_FILE', 'SCRUBJAY_KEY'])
      expect(error).toMatchObject({ hint: expect.stringContaining(way) as string });
  });

  it('of another length or encoding, or typed by a person, is refused without being shown', () => {
    const bad = [
      '',
      '# nothing but a remark',
      'correct horse battery staple',
      hex.slice(2),
      `${hex}00`,
      `${hex}\n${hex}`,
      '0'.repeat(64),
      '0123456789abcdef'.repeat(4),
      bytes.subarray(1).toString('base64'),
    ];
    for (const text of bad) {
      const error = caught(() => parseMaskingKey(text, 'x.key'));
      expect(error).toMatchObject({ code: 'masking-key-malformed' });
      const told = inspect(error, { showHidden: true }) + JSON.stringify(error);
      if (text.length > 30) expect(told).not.toContain(text.slice(0, 30));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (any) => {
        fc.pre(any.length !== 32);
        expect(() => parseMaskingKey(Buffer.from(any).toString('hex'), 'x.key')).toThrow();
      }),
    );
  });

  it('gets into no log', () => {
    const key = new MaskingKey(bytes);
    const shown = inspect({ key }, { showHidden: true, depth: 9 }) + JSON.stringify({ key }) + String(key);
    expect(shown).toContain(id);
    for (const form of [hex, bytes.toString('base64'), bytes.join(', ')]) expect(shown).not.toContain(form);
  });

  it('is made into a new file that only its owner may read', async () => {
    const file = join(folder, 'new.key');
    const made = await createMaskingKeyFile(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readMaskingKey({ keyFile: file, env: {} })).id).toBe(made.id);
    const before = await readFile(file);
    await expect(createMaskingKeyFile(file)).rejects.toMatchObject({ code: 'key-file-access' });
    expect(await readFile(file)).toEqual(before);
  });

  it('in a file that others can read is refused, through a link as well', async () => {
    const link = join(folder, 'link.key');
    await symlink(join(folder, 'a.key'), link);
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      const file = await keyFile(hex, mode);
      for (const name of [file, link]) {
        const refused = expect(readMaskingKey({ keyFile: name, env: {} })).rejects;
        await refused.toMatchObject({
          code: 'key-file-exposed',
          hint: expect.stringContaining(`chmod 600 ${name}`) as string,
        });
      }
    }
  });

  it('in a file out of reach is a sentence', async () => {
    for (const [name, problem] of [
      ['nowhere.key', 'does not exist'],
      ['', 'folder|read by others|can be read'],
    ]) {
      await expect(readMaskingKey({ keyFile: join(folder, name), env: {} })).rejects.toMatchObject({
        message: expect.stringMatching(problem) as string,
      });
    }
    await expect(
      readMaskingKey({ keyFile: await keyFile('a'.repeat(1 << 20)), env: {} }),
    ).rejects.toMatchObject({
      code: 'key-file-access',
    });
  });
});

describe('a signing key', () => {
  it('is made as two files, the private one for its owner alone', async () => {
    const file = join(folder, 'sign.pem');
    const made = await createSigningKeyFile(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const read = await readSigningKey({ signingKeyFile: file, env: {}, maskingKey: new MaskingKey(bytes) });
    const known = parseVerifyingKey(await readFile(`${file}.pub`, 'utf8'), 'sign.pem.pub');
    expect([read.id, known.id]).toEqual([made.id, made.id]);
    expect(verify(null, Buffer.from('x'), known.key, read.sign(Buffer.from('x')))).toBe(true);
  });

  it('is not made over another, nor left alone without its public half', async () => {
    await writeFile(join(folder, 'b.pem.pub'), 'somebody else');
    await expect(createSigningKeyFile(join(folder, 'b.pem'))).rejects.toMatchObject({
      code: 'key-file-access',
    });
    await expect(stat(join(folder, 'b.pem'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readFile(join(folder, 'b.pem.pub'), 'utf8')).toBe('somebody else');
  });

  it('follows from the masking key where none is given', async () => {
    const [one, same, other] = [bytes, bytes, randomBytes(32)].map((each) =>
      deriveSigningKey(new MaskingKey(each)),
    );
    expect(same.id).toBe(one.id);
    expect(other.id).not.toBe(one.id);
    expect((await readSigningKey({ env: {}, maskingKey: new MaskingKey(bytes) })).id).toBe(one.id);
    const named = createSigningKeyFile(join(folder, 'c.pem'));
    const env = { SCRUBJAY_SIGNING_KEY: join(folder, 'c.pem') };
    const { id: expected } = await named;
    expect((await readSigningKey({ env, maskingKey: new MaskingKey(bytes) })).id).toBe(expected);
  });

  it('that is none, or the wrong half, is refused', async () => {
    const key = deriveSigningKey(new MaskingKey(bytes));
    await createSigningKeyFile(join(folder, 'd.pem'));
    const pem = await readFile(join(folder, 'd.pem'), 'utf8');
    for (const text of [
      '',
      'nonsense',
      key.publicKeyPem,
      pem.slice(0, 60),
      pem.replace('BEGIN', 'BEGIN ENCRYPTED'),
    ]) {
      expect(caught(() => parseSigningKey(text, 'd.pem'))).toMatchObject({ code: 'signing-key-malformed' });
    }
    for (const text of ['', 'nonsense', pem]) {
      expect(caught(() => parseVerifyingKey(text, 'd.pem'))).toMatchObject({ code: 'signing-key-malformed' });
    }
  });
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
