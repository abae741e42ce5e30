import fc from 'fast-check';
import { splitName } from '../../src/domain/classification/names/split-name.js';
import { foldText, spellings } from '../../src/domain/classification/names/fold-text.js';
import type { NameReader } from '../../src/domain/classification/names/read-name.js';
import { packagedReader } from '../support/classifier.js';

describe('splitting a name', () => {
  it.each([
    ['cust_nm_l', ['cust', 'nm', 'l']],
    ['customerFirstName', ['customer', 'first', 'name']],
    ['HTTPServerURL', ['http', 'server', 'url']],
    ['e-mail', ['e', 'mail']],
    ['TELNR2', ['telnr', '2']],
    ['Straße Nr.', ['strasse', 'nr']],
    ['дата_рождения', ['data', 'rozhdeniya']],
    ['user氏名', ['user', '氏名']],
    ['', []],
    ['___', []],
  ])('sets the parts of %s apart', (name, parts) => {
    expect(splitName(name).map(({ text }) => text)).toEqual(parts);
  });
});

describe('folding', () => {
  it('takes diacritics away and knows both ways to write an umlaut', () => {
    expect(foldText('Größe')).toBe('grosse');
    expect(foldText('naïve Œuvre')).toBe('naive oeuvre');
    expect(spellings('fødsel')).toEqual(['fodsel', 'foedsel']);
  });
});

describe('reading a name', () => {
  let reader: NameReader;
  const german = new Map([['de', 1]]);
  const spanish = new Map([['es', 1]]);
  const read = (name: string, languages?: ReadonlyMap<string, number>) =>
    reader
      .read(name, languages)[0]
      .words.filter(({ digits }) => !digits)
      .map(({ word }) => word);

  beforeAll(async () => {
    reader = await packagedReader();
  });

  it.each([
    ['CUST_NM_L', ['customer', 'name', 'last']],
    ['brth_dt', ['birth', 'date']],
    ['hm_ph_no', ['home', 'phone', 'number']],
    ['mrtl_sts_cd', ['marital', 'status', 'code']],
    ['dateofbirth', ['birth', 'date']],
    ['shouji_hao', ['mobile', 'number']],
    ['yubin_bango', ['postal', 'code']],
    ['numer_telefonu', ['number', 'phone']],
    ['дата_рождения', ['birth', 'date']],
    ['電話番号', ['phone']],
  ])('understands %s', (name, words) => {
    expect([...read(name)].sort()).toEqual([...words].sort());
  });

  it.each([
    ['GEBDAT', ['birth', 'date']],
    ['TELNR2', ['phone']],
    ['KTONR', ['account', 'number']],
    ['geburtsdatum', ['birth', 'date']],
    ['fuehrerscheinnummer', ['driving', 'license', 'number']],
  ])('splits and expands run-together %s', (name, words) => {
    expect(read(name, german)).toEqual(words);
  });

  it('reads a word that languages share as the schema’s language does', () => {
    expect(read('nombre', spanish)).toEqual(['name']);
    expect(read('mes', spanish)).toEqual(['month']);
  });

  it('leaves words of unknown meaning as they are', () => {
    expect(read('donation_management')).toEqual(['donation', 'management']);
  });

  it('never throws, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expect(reader.read(name).length).toBeGreaterThan(0);
      }),
    );
  });

  it('stays quick on long run-together names', () => {
    expect(reader.read('nummer'.repeat(60))[0].words.length).toBeGreaterThan(0);
  });
});
