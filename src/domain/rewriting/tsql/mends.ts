import type { RefusalCode } from '../rewriting.js';
import { equivalentFunctions } from './equivalent-functions.js';
import { unquote } from './execute-sql.js';
import type { TsqlProtection, TsqlRelation } from './tsql-protection.js';
import { bracket, nameOf, type TsqlEdit, type TsqlText } from './tsql-text.js';

interface MendContext {
  readonly protection: TsqlProtection;
  readonly defaultSchema: string;
}

/**
 * Edits that may make a refused batch pass, each true to what was asked; undefined where the text holds
 * nothing of the kind. They need not be right for every spelling: the mended text is rewritten in its turn,
 * and shown only when it passes.
 */
type Mend = (text: TsqlText, context: MendContext) => readonly TsqlEdit[] | undefined;

/** `SELECT … INTO #kept FROM …` -> `SELECT … FROM …`. */
const withoutInto: Mend = (text) => {
  const { tokens } = text;
  const into = tokens.findIndex((_, i) => isWord(text, i, 'into') && !isWord(text, i - 1, 'insert'));
  return into < 0 ? undefined : [cut(text, into, endOfName(text, into + 1) + 1)];
};

/** `GO` between batches -> `;`. */
const oneBatch: Mend = (text) => {
  const edits = text.tokens
    .filter((_, i) => isWord(text, i, 'go'))
    .map(({ start, end }) => ({ start, end, text: ';' }));
  return edits.length === 0 ? undefined : edits;
};

/** `USE shop; SELECT …` on shop itself -> `SELECT …`. */
const withoutUse: Mend = (text, { protection }) => {
  const own = protection.catalog.catalog.database.toLowerCase();
  const use = text.tokens.findIndex(
    (_, i) => isWord(text, i, 'use') && text.tokens[i + 1] && named(text, i + 1) === own,
  );
  return use < 0 ? undefined : [cut(text, use, behindSemicolon(text, use + 2))];
};

/** `OPTION (USE HINT ('…'))` goes. */
const withoutOptions: Mend = (text) => {
  const option = text.tokens.findIndex(
    (_, i) => isWord(text, i, 'option') && text.tokens[i + 1]?.text === '(',
  );
  const close = option < 0 ? undefined : text.closing(option + 1);
  return close === undefined ? undefined : [cut(text, option, close + 1)];
};

/** `WITH (INDEX(ix), NOLOCK)` behind a table goes; that of OPENJSON, which is no hint, stands behind `)`. */
const withoutTableHints: Mend = (text) => {
  const { tokens } = text;
  const hint = tokens.findIndex(
    (_, i) =>
      isWord(text, i, 'with') &&
      tokens[i + 1]?.text === '(' &&
      ['word', 'quoted'].includes(tokens[i - 1]?.kind),
  );
  const close = hint < 0 ? undefined : text.closing(hint + 1);
  return close === undefined ? undefined : [cut(text, hint, close + 1)];
};

const bareHints = new Set(
  'nolock readuncommitted readcommitted readpast repeatableread serializable holdlock updlock rowlock paglock tablock tablockx xlock nowait snapshot'.split(
    ' ',
  ),
);

/** `FROM orders (NOLOCK)` -> `FROM orders with (NOLOCK)`. */
const hintsBehindWith: Mend = (text) => {
  const { tokens } = text;
  const edits = tokens.flatMap(({ start }, i) =>
    tokens[i].text === '(' &&
    bareHints.has(named(text, i + 1)) &&
    tokens[i + 2]?.text === ')' &&
    !isWord(text, i - 1, 'with')
      ? [{ start, end: start, text: 'with ' }]
      : [],
  );
  return edits.length === 0 ? undefined : edits;
};

/** `INNER HASH JOIN` -> `INNER JOIN`. */
const withoutJoinHints: Mend = (text) => {
  const edits = text.tokens.flatMap((_, i) =>
    ['hash', 'loop', 'merge', 'remote'].includes(named(text, i)) && isWord(text, i + 1, 'join')
      ? [cut(text, i, i + 1)]
      : [],
  );
  return edits.length === 0 ? undefined : edits;
};

/** `length(x)` -> `len(x)`. */
const knownFunctions: Mend = (text) => {
  const { tokens } = text;
  const edits = tokens.flatMap(({ start, end }, i) => {
    const known = equivalentFunctions.get(named(text, i));
    const isCall = tokens[i + 1]?.text === '(' && tokens[i - 1]?.text !== '.';
    return known !== undefined && isCall ? [{ start, end, text: known }] : [];
  });
  return edits.length === 0 ? undefined : edits;
};

/** `EXEC ('SELECT …')` and `EXEC sp_executesql N'SELECT …'` without parameters -> `SELECT …`. */
const withoutExecute: Mend = (text) => {
  const { tokens } = text;
  const exec = tokens.findIndex((_, i) => isWord(text, i, 'exec') || isWord(text, i, 'execute'));
  if (exec < 0) return undefined;
  const isCall = tokens[exec + 1]?.text === '(';
  const procedure = isWord(text, exec + 1, 'sys') ? exec + 3 : exec + 1;
  if (!isCall && named(text, procedure) !== 'sp_executesql') return undefined;
  const query = isCall ? exec + 2 : procedure + 1;
  const end = isCall ? query + 1 : query;
  const isAlone = isCall ? tokens[end]?.text === ')' : [undefined, ';'].includes(tokens[end + 1]?.text);
  if (tokens[query]?.kind !== 'string' || !isAlone) return undefined;
  return [{ start: tokens[exec].start, end: tokens[end].end, text: unquote(tokens[query].text) }];
};

/**
 * `SET STATISTICS IO ON; SELECT …` -> `SELECT …`. Not of settings that change the answer, and not of plans
 * where the statement behind it would write.
 */
const withoutSetting: Mend = (text) => {
  const { tokens } = text;
  const writes = tokens.some((_, i) => ['insert', 'update', 'delete'].includes(named(text, i)));
  const tells = writes ? /^(statistics|forceplan)$/ : /^(statistics|forceplan|showplan_(all|text|xml))$/;
  const set = tokens.findIndex((_, i) => isWord(text, i, 'set') && tells.test(named(text, i + 1)));
  const value = tokens.findIndex((token, i) => set >= 0 && i > set && /^(on|off)$/i.test(token.text));
  return value < 0 ? undefined : [cut(text, set, behindSemicolon(text, value + 1))];
};

/** A table of this database that a name may have meant: of another schema, server or database. */
const knownTable: Mend = (text, { protection, defaultSchema }) => {
  const { tokens } = text;
  for (let i = 1; i < tokens.length; i++) {
    const isSource = ['from', 'join', 'into', 'update', 'apply'].some((word) => isWord(text, i - 1, word));
    if (!isSource && tokens[i - 1].text !== ',') continue;
    if (!['word', 'quoted'].includes(tokens[i].kind)) continue;
    const last = endOfName(text, i);
    const parts = tokens.slice(i, last + 1).filter(({ text: part }) => part !== '.');
    const [name, schema = defaultSchema] = parts.map(nameOf).reverse();
    const meant = protection.relation(schema, name);
    const known = meant ?? only(protection.relationsCalled(name));
    if (!known || (meant && parts.length < 3)) continue;
    const written = `${bracket(known.schema)}.${bracket(known.name)}`;
    return [{ start: tokens[i].start, end: tokens[last].end, text: written }];
  }
  return undefined;
};

/** `OUTPUT deleted.*` of a write -> the columns that are not masked. */
const unmaskedOutput: Mend = (text, { protection, defaultSchema }) => {
  const { tokens } = text;
  const verb = tokens.findIndex((_, i) => ['insert', 'update', 'delete'].includes(named(text, i)));
  if (verb < 0) return undefined;
  const first = isWord(text, verb + 1, 'into') || isWord(text, verb + 1, 'from') ? verb + 2 : verb + 1;
  const parts = tokens.slice(first, endOfName(text, first) + 1).filter(({ text: part }) => part !== '.');
  const [name = '', schema = defaultSchema] = parts.map(nameOf).reverse();
  const target = protection.relation(schema, name);
  const shown = target?.columns.filter((column) => !target.masks.has(column.toLowerCase())) ?? [];
  if (shown.length === 0) return undefined;
  const edits = tokens.flatMap(({ start, text: row }, i) =>
    /^(inserted|deleted)$/i.test(row) && tokens[i + 1]?.text === '.' && tokens[i + 2]?.text === '*'
      ? [
          {
            start,
            end: tokens[i + 2].end,
            text: shown.map((column) => `${row}.${bracket(column)}`).join(', '),
          },
        ]
      : [],
  );
  return edits.length === 0 ? undefined : edits;
};

/** What is tried, in this order, by what the refusal is about. */
const mends: Readonly<Partial<Record<RefusalCode, readonly Mend[]>>> = {
  syntax: [withoutOptions, withoutJoinHints, withoutTableHints],
  statement: [withoutInto],
  construct: [withoutUse, withoutOptions, withoutJoinHints, withoutTableHints],
  function: [withoutExecute, knownFunctions, hintsBehindWith, withoutTableHints],
  setting: [withoutSetting],
  relation: [knownTable],
  write: [unmaskedOutput],
  'several-statements': [oneBatch],
};

/** Texts that may pass in place of a refused one, the likeliest first. */
export function mendedTexts(text: TsqlText, code: RefusalCode, context: MendContext): readonly string[] {
  return (mends[code] ?? []).flatMap((mend) => {
    const edits = mend(text, context);
    const mended = edits && text.withEdits(edits).trim();
    return mended ? [mended] : [];
  });
}

function isWord(text: TsqlText, index: number, word: string): boolean {
  return text.tokens[index]?.kind === 'word' && named(text, index) === word;
}

function named({ tokens }: TsqlText, index: number): string {
  return tokens[index] ? nameOf(tokens[index]).toLowerCase() : '';
}

/** Index of the last part of the name that begins there: `a.b..c`. */
function endOfName({ tokens }: TsqlText, first: number): number {
  let last = first;
  while (tokens[last + 1]?.text === '.') {
    last += 1;
    if (['word', 'quoted'].includes(tokens[last + 1]?.kind)) last += 1;
  }
  return Math.min(last, tokens.length - 1);
}

function behindSemicolon({ tokens }: TsqlText, index: number): number {
  return tokens[index]?.text === ';' ? index + 1 : index;
}

/** Tokens from one to before another go, with the blanks behind them. */
function cut({ tokens, sql }: TsqlText, from: number, to: number): TsqlEdit {
  return { start: tokens[from].start, end: tokens[to]?.start ?? sql.length, text: '' };
}

function only(relations: readonly TsqlRelation[]): TsqlRelation | undefined {
  return relations.length === 1 ? relations[0] : undefined;
}
