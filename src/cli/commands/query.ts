import { Command } from 'commander';
import { readRules } from '../../rules/read-rules.js';
import { exitCodes } from '../exit-codes.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { readPolicyNamed } from '../policy-location.js';
import { rulesOption, type RulesChoice } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

interface ExplainChoices extends RulesChoice {
  readonly from?: string;
  readonly labels: string;
  readonly policy: string;
  readonly role: string;
  readonly purpose?: string;
  readonly environment?: string;
  readonly user?: string;
  readonly path: string;
  readonly json?: boolean;
}

/** `scrubjay query …`: what becomes of a role's queries. */
export function queryCommand(terminal: Terminal): Command {
  const query = new Command('query').description('show what becomes of a query of a role');
  query.addCommand(
    new Command('explain')
      .description('show the masked query, or why it is refused (exit code 1); runs nothing')
      .argument('<sql>', 'the query')
      .option('--from <location>', 'URL of the data source, or @FILE (SCRUBJAY_URL when absent)')
      .requiredOption('--labels <file>', 'labels file of the data source')
      .requiredOption('--policy <policy>', 'id of a ready policy, or a file; it names the roles')
      .requiredOption('--role <role>', 'role that asks')
      .option('--purpose <purpose>', 'what it asks for')
      .option('--environment <name>', 'environment of the data source')
      .option('--user <name>', 'user who asks, for rows of their own')
      .option('--path <schemas>', 'search path of the session, comma-separated', 'public')
      .option('--json', 'print JSON')
      .addOption(rulesOption())
      .action((sql: string, choices: ExplainChoices) => explain(terminal, sql, choices)),
  );
  return query;
}

async function explain(terminal: Terminal, sql: string, choices: ExplainChoices): Promise<void> {
  // The parsers are large, and no other command needs them.
  const { rewrite } = await import('../../domain/rewriting/rewrite.js');
  const { protectDataSource, readCatalogForQueries } = await import('../../runs/protect-data-source.js');
  const rules = await readRules({ extraFolders: choices.rules });
  const { policy } = await readPolicyNamed(choices.policy, rules);
  const { labels } = await readLabels(choices.labels, rules.informationTypes);
  const catalog = await readCatalogForQueries(
    await locationFrom(choices.from, 'SCRUBJAY_URL', 'the data source'),
  );
  const { role, purpose, environment, user } = choices;
  const protection = await protectDataSource({
    catalog,
    labels,
    policy,
    types: rules.informationTypes,
    words: rules.words,
    subject: {
      role,
      at: new Date(),
      ...(purpose === undefined ? {} : { purpose }),
      ...(environment === undefined ? {} : { environment }),
      ...(user === undefined ? {} : { attributes: { user } }),
    },
  });
  const searchPath = ['pg_catalog', ...choices.path.split(',').map((schema) => schema.trim())];
  const rewriting = rewrite(sql, { protection, names: { searchPath, temporary: [] } });
  if (rewriting.outcome === 'refused') process.exitCode = exitCodes.findings;
  if (choices.json) {
    terminal.printJson(rewriting);
    return;
  }
  if (rewriting.outcome === 'refused') {
    terminal.print(`${terminal.style('red', 'refused')}  ${rewriting.code}: ${rewriting.reason}`);
    if (rewriting.hint !== undefined) terminal.print(`  next: ${rewriting.hint}`);
    if (rewriting.instead !== undefined) terminal.print(`  this would pass: ${rewriting.instead}`);
    return;
  }
  terminal.print(rewriting.sql);
  for (const { maskedColumns } of rewriting.statements)
    if (maskedColumns.length > 0) terminal.print(`masked: ${maskedColumns.join(', ')}`);
  const columns = new Set(rewriting.statements.flatMap(({ maskedColumns }) => maskedColumns));
  for (const column of columns) {
    const because = protection.view.masks.get(column)?.because;
    if (because !== undefined) terminal.print(`  ${column}: ${because}`);
  }
  if (!rewriting.masked) terminal.print('no masked column is read: sent as it is');
}
