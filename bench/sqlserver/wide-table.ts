/** The table that is copied: 16 columns, about 450 characters a row. */
export const wideColumns = [
  { name: 'id', type: 'bigint' },
  { name: 'given_name', type: 'nvarchar(50)' },
  { name: 'family_name', type: 'nvarchar(50)' },
  { name: 'email', type: 'nvarchar(200)' },
  { name: 'phone', type: 'varchar(30)' },
  { name: 'street', type: 'nvarchar(100)' },
  { name: 'city', type: 'nvarchar(100)' },
  { name: 'card', type: 'varchar(20)' },
  { name: 'born', type: 'date' },
  { name: 'account', type: 'int' },
  { name: 'balance', type: 'decimal(12,2)' },
  { name: 'created', type: 'datetime2(3)' },
  { name: 'active', type: 'bit' },
  { name: 'status', type: 'nvarchar(20)' },
  { name: 'note', type: 'nvarchar(200)' },
  { name: 'payload', type: 'nvarchar(200)' },
] as const;

export const createWideTable = (name: string): string =>
  `create table dbo.${name} (${wideColumns.map((c) => `${c.name} ${c.type} not null`).join(', ')})`;

/** The same rows as `wideRow`, made in the server from row numbers. */
export const fillWideTable = (rows: number): string => `
  with digits as (select n from (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as d (n)),
  numbers as (
    select a.n + 10*b.n + 100*c.n + 1000*d.n + 10000*e.n + 100000*f.n + 1000000*g.n as i
    from digits a cross join digits b cross join digits c cross join digits d cross join digits e
    cross join digits f cross join digits g)
  insert into dbo.wide
  select i, concat('Given', char(65 + i % 26), i % 97), concat('Family', i % 977),
    concat('person.', right(concat('0000000', i), 8), '@company', i % 500, '.example'),
    concat('+49 30 ', right(concat('0000000', i), 8)), concat('Long Street Number ', i % 977),
    concat('City of ', i % 5003), concat('41111111', right(concat('0000000', i), 8)),
    dateadd(day, i % 25000, '1940-01-01'), i % 100000, cast(i % 1000000 as decimal(12,2)) / 8,
    dateadd(second, i, '2020-01-01'), i % 2, concat('state', i % 4),
    concat('order ', right(concat('0000000', i), 8), ' was taken by telephone and confirmed in writing on the next working day'),
    replicate(right(concat('0000000', i), 8), 20)
  from numbers where i < ${rows}`;

/** Row `i` of a table, as text; what is unique has its number with eight digits. */
export function wideRow(i: number): readonly string[] {
  const unique = String(i).padStart(8, '0');
  return [
    String(i),
    `Given${String.fromCharCode(65 + (i % 26))}${i % 97}`,
    `Family${i % 977}`,
    `person.${unique}@company${i % 500}.example`,
    `+49 30 ${unique}`,
    `Long Street Number ${i % 977}`,
    `City of ${i % 5003}`,
    `41111111${unique}`,
    new Date(Date.UTC(1940, 0, 1 + (i % 25_000))).toISOString().slice(0, 10),
    String(i % 100_000),
    ((i % 1_000_000) / 8).toFixed(2),
    new Date(Date.UTC(2020, 0, 1) + i * 1000).toISOString().replace('T', ' ').replace('Z', ''),
    String(i % 2),
    `state${i % 4}`,
    `order ${unique} was taken by telephone and confirmed in writing on the next working day`,
    unique.repeat(20),
  ];
}
