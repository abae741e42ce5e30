import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import {
  TechniqueOptionError,
  UnknownTechniqueError,
  columnsReadBy,
  findTechnique,
  misfitOf,
  parseTechniqueOptions,
  techniques,
} from '../../src/domain/masking/technique-registry.js';
import { textType } from './masking.js';

const columnOf = (type: ColumnType, more: { nullable?: boolean; unique?: boolean } = {}) => ({
  name: 'c',
  type,
  nullable: true,
  unique: false,
  ...more,
});
const integer: ColumnType = { name: 'integer', family: 'integer' };
const varchar = (maxLength: number): ColumnType => ({
  name: `varchar(${maxLength})`,
  family: 'text',
  maxLength,
});

describe('the techniques', () => {
  it('are found by id', () => {
    for (const [id, technique] of techniques) expect(findTechnique(id)).toBe(technique);
  });

  it('name the nearest when there is none of that name', () => {
    expect(() => findTechnique('pseudonymize-email')).toThrow(UnknownTechniqueError);
    expect(() => findTechnique('pseudonymize-email')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("'pseudonymise-email'") as string }) as Error,
    );
    expect(() => findTechnique('hash')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("'keyed-hash'") as string }) as Error,
    );
  });

  it('fill in defaults and name the option that is wrong', () => {
    expect(parseTechniqueOptions('partial', { keepEnd: 2 })).toEqual({
      keepStart: 0,
      keepEnd: 2,
      cover: '*',
    });
    for (const [raw, option] of [
      [{ keepEnd: 'x' }, 'keepEnd'],
      [{ keep: 2 }, 'keep'],
    ] as const) {
      expect(() => parseTechniqueOptions('partial', raw)).toThrow(TechniqueOptionError);
      expect(() => parseTechniqueOptions('partial', raw)).toThrow(
        expect.objectContaining({ option }) as Error,
      );
    }
  });

  it.each([
    ['partial', {}, columnOf(integer)],
    ['null', {}, columnOf(textType, { nullable: false })],
    ['null', {}, columnOf({ ...textType, domain: { name: 'd', notNull: true, checks: [] } })],
    ['fixed', {}, columnOf(textType, { unique: true })],
    ['fixed', { value: 'abcd' }, columnOf(varchar(3))],
    ['fixed', { value: 'x' }, columnOf(integer)],
    ['fixed', { value: 'glad' }, columnOf({ name: 'mood', family: 'enum', labels: ['sad', 'happy'] })],
    ['keyed-hash', {}, columnOf(varchar(20))],
    ['keyed-hash', { length: 8 }, columnOf(textType, { unique: true })],
    ['pseudonymise-person-name', {}, columnOf(textType, { unique: true })],
    ['pseudonymise-email', {}, columnOf(varchar(12))],
    ['pseudonymise-identifier', {}, columnOf({ name: 'numeric(10,2)', family: 'decimal', scale: 2 })],
    ['pick-label', {}, columnOf({ name: 'one', family: 'enum', labels: ['only'] })],
    ['pick-label', {}, columnOf(textType)],
    ['date-shift', {}, columnOf(integer)],
    ['date-shift', { per: 'c' }, columnOf({ name: 'date', family: 'date' })],
    [
      'json-paths',
      { paths: { '$.a': { technique: 'date-shift', options: { per: 'c' } } } },
      columnOf({ name: 'jsonb', family: 'json' }),
    ],
    [
      'array-elements',
      { technique: 'partial' },
      columnOf({ name: 'integer[]', family: 'array', element: integer }),
    ],
    ['array-elements', { technique: 'partial' }, columnOf(textType)],
  ])('%s with %j says why it cannot serve a column', (technique, options, column) => {
    const misfit = misfitOf(technique, options, column);
    expect(misfit?.problem).toContain("'c'");
    expect(misfit?.hint).toBeTruthy();
  });

  it.each([
    ['null', {}, columnOf(textType)],
    ['fixed', {}, columnOf({ name: 'date', family: 'date' })],
    ['pseudonymise-email', {}, columnOf(varchar(40), { unique: true })],
    ['pseudonymise-identifier', {}, columnOf(integer, { unique: true })],
    ['pseudonymise-uuid', {}, columnOf({ name: 'uuid', family: 'uuid' }, { unique: true })],
    [
      'array-elements',
      { technique: 'pseudonymise-email' },
      columnOf({ name: 'text[]', family: 'array', element: textType }),
    ],
  ])('%s with %j serves a column that fits', (technique, options, column) => {
    expect(misfitOf(technique, options, column)).toBeUndefined();
  });

  it('tell which other columns they read, inner ones too', () => {
    const column = columnOf({ name: 'jsonb', family: 'json' });
    expect(columnsReadBy('date-shift', { per: 'id' }, column)).toEqual(['id']);
    expect(
      columnsReadBy('free-text', { people: ['name', { column: 'born', part: 'full' }] }, column),
    ).toEqual(['name', 'born']);
    expect(
      columnsReadBy(
        'json-paths',
        { paths: { '$.d': { technique: 'date-shift', options: { per: 'id' } } } },
        column,
      ),
    ).toEqual(['id']);
  });

  it('refuse an inner technique that does not exist', () => {
    const column = columnOf({ name: 'text[]', family: 'array', element: textType });
    expect(() => misfitOf('array-elements', { technique: 'nothing' }, column)).toThrow(UnknownTechniqueError);
  });
});
