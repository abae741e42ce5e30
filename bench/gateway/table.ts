/** A table of which three columns are masked, each by another technique. */
export const tableSql = {
  columns: [
    { name: 'id', type: 'none' },
    { name: 'email', type: 'email-address' },
    { name: 'name', type: 'person-name' },
    { name: 'phone', type: 'phone-number' },
    { name: 'city', type: 'none' },
    { name: 'created', type: 'none' },
    { name: 'note', type: 'none' },
    { name: 'amount', type: 'none' },
  ],
  create: (rows: number) => `
    create table people (id int primary key, email text, name text, phone text, city text, created timestamptz, note text, amount numeric(12,2));
    insert into people
      select i, 'person' || i || '@example.org', 'Name ' || i, '+31 20 555 ' || lpad((i % 10000)::text, 4, '0'), 'Utrecht',
             '2026-01-01'::timestamptz + i * interval '1 minute', repeat('some words ', 3), i * 0.25
      from generate_series(1, ${rows}) i;
    vacuum (analyze, freeze) people`,
} as const;
