import { Refusal } from '../../refusal.js';
import { analyse } from '../analysis.js';
import { quoteIdentifier } from '../known-relation.js';
import { maskReads } from '../mask-reads.js';
import { toStdout } from '../mends.js';
import { parseStatements, type TreeNode } from '../parser.js';
import { maskedSubquery, placeOf } from '../replace-relation.js';
import { touchesMasked } from '../touched.js';
import { namesIn, nodesOf } from '../tree/walk.js';
import { innerQuery, maskQuery } from './query.js';
import type { Passed, Statement, StatementRule } from './statement-rule.js';

const options = new Set([
  'format',
  'delimiter',
  'null',
  'header',
  'quote',
  'escape',
  'force_quote',
  'encoding',
  'default',
]);

/** COPY … TO STDOUT: of a query as of any query; of a masked table, as the query that it stands for. */
export const copy: StatementRule = {
  kinds: ['CopyStmt'],

  decide(_kind, node, statement) {
    if (node.is_program === true || node.filename !== undefined)
      throw new Refusal('statement', 'COPY may only go to the client', {
        hint: 'write COPY … TO STDOUT',
        mend: node.is_from === true ? undefined : toStdout(statement),
      });
    if (node.is_from === true)
      throw new Refusal('write', 'COPY FROM is not let through', { hint: 'write INSERT' });
    checkOptions(node);
    if (node.query !== undefined) {
      innerQuery(node);
      return { ...maskQuery(statement.tree, statement), command: 'copy-out' };
    }
    return copyTable(node, statement);
  },
};

function checkOptions(node: TreeNode): void {
  for (const { node: option } of nodesOf(node, 'options')) {
    const name = option.defname as string;
    if (!options.has(name)) throw new Refusal('statement', `COPY with '${name}' is not on the list`);
    const value = namesIn(option, 'arg')[0];
    if (name === 'encoding' && !/^utf-?8$/i.test(value ?? ''))
      throw new Refusal('setting', 'COPY in another encoding than UTF8 is not let through');
  }
}

function copyTable(node: TreeNode, statement: Statement): Passed {
  const analysis = analyse(statement.tree, statement);
  const [use] = analysis.relations;
  const reads = maskReads({ ...analysis, relations: [] }, statement.text, statement.protection);
  if (use.relation.closed !== undefined || use.relation.kind === 'view')
    return { ...maskQuery(statement.tree, statement), command: 'copy-out' };
  if (!touchesMasked(use, analysis)) {
    return { ...maskQuery(statement.tree, statement), command: 'copy-out' };
  }
  const listed = namesIn(node, 'attlist');
  // COPY leaves out generated columns where it is not told the columns.
  const stored = use.relation.table?.columns
    .filter(({ generated }) => generated === undefined)
    .map(({ name }) => name);
  const columns = listed.length > 0 ? listed : (stored ?? use.relation.columns);
  const query = `select ${columns.map(quoteIdentifier).join(', ')} from (${maskedSubquery({ ...use, node: { ...use.node, inh: false } })}) a`;
  const parsed = parseStatements(query);
  if ('outcome' in parsed) throw new Refusal('mask', 'the mask of a column is no SQL');
  const place = placeOf(use, statement.text);
  reads.edits.push({
    start: place.start,
    end: endOfList(place.end, listed.length, statement),
    text: `(${query})`,
  });
  const { relation: _relation, attlist: _attlist, ...rest } = node;
  reads.expected.replace(node, { CopyStmt: { ...rest, query: parsed[0].stmt } });
  const names = use.relation.masks.keys();
  return {
    command: 'copy-out',
    relations: analysis.relations,
    reads: {
      ...reads,
      masked: [use],
      maskedColumns: [...names].map((column) => `${use.relation.schema}.${use.relation.name}.${column}`),
    },
  };
}

/** The byte behind the column list, where there is one. */
function endOfList(nameEnd: number, listed: number, { text }: Statement): number {
  if (listed === 0) return nameEnd;
  const open = text.tokens.findIndex(({ start }) => start >= nameEnd);
  const close = text.tokens.findIndex(({ text: word }, i) => i > open && word === ')');
  return text.tokens[close].end;
}
