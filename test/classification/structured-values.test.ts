import fc from 'fast-check';
import { looksLikeDocuments, readPaths } from '../../src/domain/classification/structured/read-paths.js';
import { splitElements, splitFields } from '../../src/domain/classification/structured/split-values.js';

describe('reading structured values', () => {
  it('gathers the values of JSON path by path', () => {
    const paths = readPaths([
      '{"user":{"name":"a","tags":["x","y"]},"n":1}',
      '{"user":{"name":"b"}}',
      null,
      'not json',
    ]);
    expect(paths.map(({ path, names, values }) => ({ path, names, values }))).toEqual([
      { path: '$.user.name', names: ['user', 'name'], values: ['a', 'b'] },
      { path: '$.user.tags[*]', names: ['user', 'tags'], values: ['x', 'y'] },
      { path: '$.n', names: ['n'], values: ['1'] },
    ]);
  });

  it('reads hstore and XML the same way', () => {
    expect(readPaths(['"phone"=>"1", "x"=>NULL']).map(({ path, values }) => [path, values])).toEqual([
      ['$.phone', ['1']],
    ]);
    expect(
      readPaths(['<a><mail kind="w">m</mail></a>'])
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['$.kind[*]', '$.mail[*]']);
  });

  it('keeps the number of paths bounded when keys are data', () => {
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${String(index)}`, index])),
    );
    expect(readPaths([wide]).length).toBeLessThanOrEqual(200);
  });

  it('splits arrays, ranges and composites in PostgreSQL’s text form', () => {
    expect(splitElements('{a,"b, c","d\\"e",NULL}', 'array')).toEqual(['a', 'b, c', 'd"e']);
    expect(splitElements('[2020-01-01,2021-01-01)', 'range')).toEqual(['2020-01-01', '2021-01-01']);
    expect(splitFields('("Main Street 1",,"a ""b""")')).toEqual(['Main Street 1', null, 'a "b"']);
  });

  it('knows documents in text columns', () => {
    expect(looksLikeDocuments(['{"a":1}', '[1]'])).toBe(true);
    expect(looksLikeDocuments(['{template}', 'text'])).toBe(false);
  });

  it('never throws, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }), { nil: null })), (values) => {
        readPaths(values);
        for (const value of values.filter((value) => value !== null)) {
          splitElements(value, 'array');
          splitFields(value);
        }
      }),
    );
  });
});
