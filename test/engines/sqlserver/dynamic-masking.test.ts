import type { Catalog, Column } from '../../../src/domain/catalog/catalog.js';
import type { ColumnMask } from '../../../src/domain/policy/column-mask.js';
import { planDynamicMasking } from '../../../src/engines/sqlserver/dynamic-masking.js';

const text = { name: 'nvarchar(100)', family: 'text', maxLength: 100 } as const;
const people = [
  column('email', text),
  column('card', text),
  column('salary', { name: 'money', family: 'decimal' }),
  column('born', { name: 'date', family: 'date' }),
  { ...column('initials', text), generated: 'virtual' as const },
];

describe('SQL Server’s dynamic masking', () => {
  it('masks columns by the function nearest to the policy’s technique, and never by a weaker one', () => {
    const { statements } = planDynamicMasking(
      catalogOf(people),
      [
        mask('email', 'pseudonymise-email'),
        mask('card', 'partial', { keepStart: 0, keepEnd: 4 }),
        mask('salary', 'number-noise'),
        mask('born', 'date-shift'),
      ],
      [],
    );
    expect(statements.map(({ sql }) => sql)).toEqual([
      "alter table [dbo].[people] alter column [email] add masked with (function = 'email()')",
      `alter table [dbo].[people] alter column [card] add masked with (function = 'partial(0, "xxxx", 4)')`,
      "alter table [dbo].[people] alter column [salary] add masked with (function = 'default()')",
      "alter table [dbo].[people] alter column [born] add masked with (function = 'default()')",
    ]);
  });

  it('covers a column whole where the policy decides by row, and says so', () => {
    const byRow: ColumnMask = {
      ...mask('card', 'partial', { keepStart: 0, keepEnd: 4 }),
      rows: [{ where: { column: 'email', isNull: true }, being: 'true', show: 'as-it-is' }],
    };
    const { statements, unmaskable } = planDynamicMasking(catalogOf(people), [byRow], []);
    expect(statements.map(({ sql }) => sql)).toEqual([
      "alter table [dbo].[people] alter column [card] add masked with (function = 'default()')",
    ]);
    expect(unmaskable).toMatchObject([{ why: expect.stringContaining('decides by row') as string }]);
  });

  it('changes nothing where the server masks as it should already', () => {
    const at = { schema: 'dbo', table: 'people', column: 'card' };
    const plan = planDynamicMasking(
      catalogOf(people),
      [mask('card', 'partial', { keepStart: 0, keepEnd: 4 })],
      [{ column: at, maskedWith: 'partial(0,"xxxx",4)' }],
    );
    expect(plan.statements).toEqual([]);
  });

  it('takes away what the policy does not ask for, and knows the way back', () => {
    const at = (name: string) => ({ schema: 'dbo', table: 'people', column: name });
    const plan = planDynamicMasking(
      catalogOf(people),
      [mask('email', 'pseudonymise-email')],
      [
        { column: at('email'), maskedWith: 'default()' },
        { column: at('born'), maskedWith: 'default()' },
      ],
    );
    // A column that has a mask takes no other: the old one goes first.
    expect(plan.statements.map(({ sql }) => sql)).toEqual([
      'alter table [dbo].[people] alter column [email] drop masked',
      "alter table [dbo].[people] alter column [email] add masked with (function = 'email()')",
      'alter table [dbo].[people] alter column [born] drop masked',
    ]);
    expect(plan.revert.map(({ sql }) => sql)).toEqual([
      'alter table [dbo].[people] alter column [email] drop masked',
      "alter table [dbo].[people] alter column [email] add masked with (function = 'default()')",
      "alter table [dbo].[people] alter column [born] add masked with (function = 'default()')",
    ]);
  });

  it('lists columns that the server cannot mask, and how a masked one can still be guessed', () => {
    const plan = planDynamicMasking(
      catalogOf(people),
      [mask('initials', 'redact'), mask('salary', 'null')],
      [],
    );
    expect(plan.unmaskable).toEqual([
      {
        column: { schema: 'dbo', table: 'people', column: 'initials' },
        why: expect.stringContaining('computed') as string,
      },
    ]);
    expect(plan.inference[0].how).toContain('between');
  });

  it('leaves Always Encrypted columns, which the server takes no mask for', () => {
    const [card] = people.filter(({ name }) => name === 'card');
    const plan = planDynamicMasking(
      catalogOf([{ ...card, clientEncrypted: true }]),
      [mask('card', 'null')],
      [],
    );
    expect(plan).toMatchObject({
      statements: [],
      unmaskable: [{ why: expect.stringContaining('ciphertext') as string }],
    });
  });
});

function mask(name: string, technique: string, options: Record<string, unknown> = {}): ColumnMask {
  return {
    column: { schema: 'dbo', table: 'people', column: name },
    technique,
    options,
  } as unknown as ColumnMask;
}

function column(name: string, type: Column['type']): Column {
  return { name, ordinal: 1, type, nullable: true };
}

function catalogOf(columns: readonly Column[]): Catalog {
  const none = { uniqueKeys: [], foreignKeys: [], checks: [], exclusions: [], parents: [], partitionKey: [] };
  return {
    engine: 'sqlserver',
    serverVersion: '16.0',
    database: 'shop',
    tables: [{ schema: 'dbo', name: 'people', kind: 'table', columns, ...none }],
    views: [],
  };
}
