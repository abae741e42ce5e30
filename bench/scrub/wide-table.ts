/** The table that is copied: 16 columns, about 450 bytes a row, made in the server from row numbers. */
export const wideTable = `
  create table wide (
    id bigint not null, given_name text, family_name text, email text, phone text, street text, city text,
    card text, born date, account integer, balance numeric(12,2), created timestamptz, active boolean,
    status text, note text, payload text
  )`;

export const fillWideTable = (rows: number): string => `
  insert into wide
  select i, (array['Ana','Bruno','Carla','Dmitri','Elena','Farid','Greta','Hugo'])[1 + i % 8] || chr(97 + (i / 8 % 26)::int),
    'Family' || chr(97 + (i % 26)::int) || chr(97 + (i / 26 % 26)::int), 'person.' || i || '@company' || i % 500 || '.example',
    '+49 30 ' || lpad((i % 10000000)::text, 8, '0'), 'Long Street Number ' || i % 977, 'City of ' || i % 5003,
    '4' || lpad((i * 7919 % 1000000000000000)::text, 15, '0'), date '1940-01-01' + (i % 25000)::int, i % 100000, (i % 1000000) / 7.0,
    timestamptz '2020-01-01' + i * interval '7 seconds', i % 3 = 0, (array['new','open','done','late'])[1 + i % 4],
    'order ' || i || ' was taken by telephone and confirmed in writing on the next working day', repeat(md5(i::text), 5)
  from generate_series(1::bigint, ${rows}) i`;
