import { scrubWay } from '../../src/engines/engine-registry.js';

describe('a scrub between products', () => {
  it.each([
    ['postgres://a:secret@db/shop', 'sqlserver://b:secret@db/shop'],
    ['postgres://a:secret@db/shop', './secret/copy/'],
  ])('is refused before anything is opened, without repeating a location: %#', (from, to) => {
    const mixed = () => scrubWay(from, to);
    expect(mixed).toThrow(expect.objectContaining({ code: 'mixed-engines' }) as Error);
    expect(mixed).not.toThrow(/secret/);
  });

  it('has a way from SQL Server to PostgreSQL and to files', () => {
    for (const to of ['postgres://a@db/shop', './copy/', './copy?format=csv', 'file:///tmp/copy?format=json'])
      expect(() => scrubWay('sqlserver://a@db/shop', to)).not.toThrow();
  });

  it('has a way where both sides are of one', () => {
    expect(() => scrubWay('postgres://a@db/shop', 'postgresql://b@staging/shop')).not.toThrow();
    expect(() => scrubWay('sqlserver://a@db/shop', 'mssql://b@staging/shop')).not.toThrow();
  });
});
