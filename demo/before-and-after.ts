import pg from 'pg';
import { printTable } from '../src/cli/print-table.js';
import type { Terminal } from '../src/cli/terminal.js';

/** One row to look at in both databases; `values` is SQL that gives one row of texts. */
export interface Look {
  readonly title: string;
  readonly values: string;
}

/** People, texts, JSON, history and keys: the rows where a careless copy shows. */
export const looks: readonly Look[] = [
  {
    title: 'one person',
    values: `select given_name, family_name, email, phone, date_of_birth::text, profile->>'contact' as profile
      from people where id = 3`,
  },
  {
    title: 'the same person, in the old mainframe’s table of the same database',
    values: `select c.fnm, c.lnm, c.eml, c.tel_no, c.addr1, c.dob
      from people p join legacy.cust_mst c on c.eml = p.email where p.id = 3`,
  },
  { title: 'a medical note', values: 'select note from medical_notes where id = 2' },
  { title: 'the history', values: 'select old_row::text, summary from audit.history where id = 1' },
  {
    title: 'a card and an account',
    values: `select card_number, card_holder, iban
      from payment_cards join bank_accounts using (person_id) order by person_id limit 1`,
  },
];

/** Prints the same rows of source and target side by side: made-up people, so nobody is shown. */
export async function showBeforeAndAfter(terminal: Terminal, source: string, target: string): Promise<void> {
  for (const { title, values } of looks) {
    const [before, after] = [await rowOf(source, values), await rowOf(target, values)];
    terminal.print(`\n${title}`);
    printTable(
      terminal,
      [
        { title: 'column', style: () => 'cyan' },
        { title: 'production', narrowsTo: 30 },
        { title: 'staging', narrowsTo: 30, style: () => 'green' },
      ],
      Object.keys(before).map((column) => [column, before[column] ?? '', after[column] ?? '']),
    );
  }
}

async function rowOf(url: string, sql: string): Promise<Readonly<Record<string, string | null>>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const [row] = (await client.query<Record<string, string | null>>(sql)).rows;
    if (row === undefined) throw new Error(`the row to look at is not there: ${sql}`);
    return row;
  } finally {
    await client.end();
  }
}
