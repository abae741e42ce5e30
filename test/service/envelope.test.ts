import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { LocalKeyWrapper, open, rewrap, seal } from '../../src/service/secrets/envelope.js';

describe('a sealed secret', () => {
  const old = randomBytes(32);
  const wrapper = new LocalKeyWrapper([old]);

  it('opens to what was sealed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (secret, context) => {
        expect(await open(await seal(secret, context, wrapper), context, wrapper)).toBe(
          secret.toWellFormed(),
        );
      }),
    );
  });

  it('does not open in another place than it was sealed for', async () => {
    const sealed = await seal('postgres://…', 'tenant-a/1', wrapper);
    await expect(open(sealed, 'tenant-b/1', wrapper)).rejects.toMatchObject({ code: 'sealed-secret' });
  });

  it('does not open when any byte was changed', async () => {
    const sealed = await seal('secret', 'here', wrapper);
    for (const part of ['ciphertext', 'wrappedKey'] as const) {
      for (let i = 0; i < sealed[part].length; i++) {
        const changed = Buffer.from(sealed[part]);
        changed[i] ^= 1;
        await expect(open({ ...sealed, [part]: changed }, 'here', wrapper)).rejects.toMatchObject({
          code: 'sealed-secret',
        });
      }
    }
  });

  it('opens after its key was rotated, and then without the old key', async () => {
    const next = randomBytes(32);
    const sealed = await seal('secret', 'here', wrapper);
    const rotated = await rewrap(sealed, new LocalKeyWrapper([next, old]));
    expect(await open(rotated, 'here', new LocalKeyWrapper([next]))).toBe('secret');
    await expect(open(sealed, 'here', new LocalKeyWrapper([next]))).rejects.toMatchObject({
      code: 'sealed-secret',
    });
  });
});
