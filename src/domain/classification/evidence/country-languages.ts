/**
 * The languages that columns are named in by country (ISO 3166-1, lower case), as the vocabulary files
 * call them. After CLDR's territory information, the official ones of wide use.
 */
export const languagesOf: Readonly<Record<string, readonly string[]>> = {
  ar: ['es'], at: ['de'], au: ['en'], be: ['nl', 'fr', 'de'], bg: ['ru-Latn'], br: ['pt'], ca: ['en', 'fr'],
  ch: ['de', 'fr', 'it'], cl: ['es'], cn: ['zh-Latn'], co: ['es'], cz: ['cs'], de: ['de'], dk: ['da'], ee: ['et', 'en'],
  es: ['es'], fi: ['fi', 'sv'], fr: ['fr'], gb: ['en'], gr: ['el-Latn'], hk: ['zh-Latn', 'en'], hr: ['hr'], hu: ['hu'],
  id: ['id'], ie: ['en'], il: ['he-Latn'], in: ['hi-Latn', 'en'], it: ['it'], jp: ['ja-Latn'], kr: ['ko-Latn'],
  lt: ['lt', 'en'], lv: ['lv', 'en'], mx: ['es'], my: ['id', 'en'], nl: ['nl'], no: ['no'], nz: ['en'], pe: ['es'],
  ph: ['en'], pk: ['hi-Latn', 'en'], pl: ['pl'], pt: ['pt'], ro: ['ro'], rs: ['hr'], ru: ['ru-Latn'], sa: ['ar-Latn'],
  ae: ['ar-Latn', 'en'], eg: ['ar-Latn'], se: ['sv'], sg: ['en', 'zh-Latn'], si: ['hr'], sk: ['cs'], th: ['th', 'en'],
  tr: ['tr'], tw: ['zh-Latn'], ua: ['ru-Latn'], us: ['en'], uy: ['es'], ec: ['es'], ve: ['es'], vn: ['vi'], za: ['en'],
  ng: ['en'], ke: ['en'],
}; // prettier-ignore
