import { refuseMixedEngines } from '../../src/engines/engine-registry.js';

describe('a scrub between products', () => {
  it('is refused before anything is opened, without repeating a location', () => {
    const mixed = () => refuseMixedEngines('postgres://a:secret@db/shop', 'sqlserver://b:secret@db/shop');
    expect(mixed).toThrow(expect.objectContaining({ code: 'mixed-engines' }) as Error);
    expect(mixed).not.toThrow(/secret/);
  });

  it('is none where both sides are of one', () => {
    expect(() => refuseMixedEngines('postgres://a@db/shop', 'postgresql://b@staging/shop')).not.toThrow();
  });
});
