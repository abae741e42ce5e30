/** A column with the kind of operations that it takes. */
type Kind = 'text' | 'number' | 'date' | 'json' | 'array' | 'composite';

interface FuzzTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, Kind>>;
}

const tables: readonly FuzzTable[] = [
  {
    name: 'customers',
    columns: {
      id: 'number',
      full_name: 'text',
      email: 'text',
      email_lc: 'text',
      phone: 'text',
      birth_date: 'date',
      credit_limit: 'number',
      notes: 'text',
      country: 'text',
      segment: 'text',
    },
  },
  {
    name: 'shop.cards',
    columns: {
      id: 'number',
      customer_id: 'number',
      pan: 'text',
      cvv: 'text',
      holder: 'text',
      expires: 'date',
    },
  },
  {
    name: 'employees',
    columns: {
      id: 'number',
      name: 'text',
      manager_id: 'number',
      department: 'text',
      salary: 'number',
      home: 'composite',
      bank: 'text',
    },
  },
  { name: 'profiles', columns: { customer_id: 'number', doc: 'json', phones: 'array', interests: 'array' } },
  { name: 'payments', columns: { id: 'number', paid_on: 'date', iban: 'text', amount: 'number' } },
  { name: 'payments_2024', columns: { id: 'number', iban: 'text', amount: 'number' } },
  { name: 'people', columns: { id: 'number', name: 'text', email: 'text' } },
  {
    name: 'contractors',
    columns: { id: 'number', name: 'text', email: 'text', agency: 'text', rate: 'number' },
  },
  { name: 'newsletter', columns: { id: 'number', email: 'text', topic: 'text' } },
  { name: '"Odd Table"', columns: { '"Id"': 'number', '"E-Mail"': 'text', '"select"': 'text' } },
  {
    name: 'orders',
    columns: { id: 'number', customer_id: 'number', amount: 'number', placed_on: 'date', attributes: 'json' },
  },
  {
    name: 'v_customers',
    columns: { id: 'number', full_name: 'text', email: 'text', country: 'text', segment: 'text' },
  },
  { name: 'v_contact', columns: { cid: 'number', link: 'text', instrument: 'text' } },
  { name: 'mv_customer_email', columns: { id: 'number', email: 'text', name: 'text' } },
  { name: 'audit_log', columns: { id: 'number', row_data: 'json' } },
];

/** Numbers from a seed (mulberry32): the same seed asks the same queries. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Source {
  readonly alias: string;
  readonly table: FuzzTable;
}

/** Random queries over the fixture, with a leaning to the places where masking could be talked round. */
export class QueryGenerator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  next(): string {
    const query = this.#pick([
      () => this.#select(2),
      () => this.#select(2),
      () => this.#select(2),
      () =>
        `${this.#select(1)} ${this.#pick(['union', 'union all', 'except', 'intersect'])} ${this.#select(1)}`,
      () => `with c as (${this.#select(1)}) select * from c order by 1`,
      () => this.#write(),
      () => `explain ${this.#select(1)}`,
      () => `select * from (${this.#select(1)}) q order by 1`,
    ])();
    return query;
  }

  #select(depth: number): string {
    const sources = this.#sources();
    const from = this.#from(sources);
    const where = this.#chance(0.7) ? ` where ${this.#condition(sources, depth)}` : '';
    if (this.#chance(0.25)) return this.#grouped(sources, from, where);
    const targets = this.#many(3, () => this.#target(sources, depth));
    const order = this.#chance(0.6) ? ` order by ${this.#scalar(sources, 0)}, 1` : ' order by 1';
    const limit = this.#chance(0.5) ? ` limit ${1 + this.#below(6)} offset ${this.#below(4)}` : '';
    // A set operation takes only a parenthesised ORDER BY.
    return `(select ${this.#chance(0.15) ? 'distinct ' : ''}${targets.join(', ')} from ${from}${where}${this.#chance(0.5) ? '' : `${order}${limit}`})`;
  }

  #grouped(sources: readonly Source[], from: string, where: string): string {
    const key = this.#scalar(sources, 0);
    const aggregate = this.#aggregate(sources);
    const having = this.#chance(0.4) ? ` having ${aggregate} is not null` : '';
    return `(select ${key} as k, ${aggregate}, count(*) from ${from}${where} group by ${this.#pick([key, '1', `rollup (${key})`])}${having} order by 3, 1, 2)`;
  }

  #aggregate(sources: readonly Source[]): string {
    const [text, number] = [this.#column(sources, 'text'), this.#column(sources, 'number')];
    return this.#pick([
      `min(${text})`,
      `max(${text})`,
      `string_agg(${text}::text, ',' order by ${number})`,
      `sum(${number})`,
      `count(distinct ${text})`,
      `array_agg(${text} order by ${number})`,
      `count(*) filter (where ${text} like 'a%')`,
      `json_agg(${this.#pick(sources).alias} order by ${number})::text`,
      `percentile_disc(0.5) within group (order by ${number})`,
      `bool_or(${number} > ${this.#below(200000000)})`,
    ]);
  }

  #sources(): readonly Source[] {
    const count = this.#chance(0.65) ? 1 : 2;
    return Array.from({ length: count }, (_, i) => ({ alias: `t${i}`, table: this.#pick(tables) }));
  }

  #from([first, second]: readonly Source[]): string {
    const one = ({ alias, table }: Source) =>
      `${this.#chance(0.1) ? 'only ' : ''}${table.name} ${this.#chance(0.5) ? 'as ' : ''}${alias}`;
    const sampled = this.#chance(0.05) ? ' tablesample bernoulli (100)' : '';
    if (!second)
      return `${one(first)}${sampled.length > 0 && !first.table.name.includes('v_') ? sampled : ''}`;
    const [a, b] = [this.#column([first]), this.#column([second])];
    return this.#pick([
      () => `${one(first)} join ${one(second)} on ${a}::text = ${b}::text`,
      () =>
        `${one(first)} left join ${one(second)} on ${a}::text < ${b}::text and ${this.#column([second], 'number')} < 5`,
      () => `${one(first)} natural join ${one(second)}`,
      () =>
        `(select * from ${first.table.name} limit 7) ${first.alias} cross join (select * from ${second.table.name} limit 3) ${second.alias}`,
      () =>
        `${one(first)} cross join lateral (select * from ${second.table.name} i order by 1 limit 2) ${second.alias}`,
    ])();
  }

  #target(sources: readonly Source[], depth: number): string {
    const { alias } = this.#pick(sources);
    const scalar = this.#scalar(sources, depth);
    return this.#pick([
      () => scalar,
      () => scalar,
      () => scalar,
      () => `${alias}.*`,
      () => `${alias}::text`,
      () => `row_to_json(${alias})::text`,
      () => `(${this.#column(sources)})::text as ${this.#pick(['email', 'country', 'x'])}`,
      () => `row_number() over (order by ${scalar}, ${this.#column(sources, 'number')})`,
      () => `lag(${this.#column(sources, 'text')}) over (order by ${this.#column(sources, 'number')})`,
      () => `${alias}.${this.#pick(['row_to_json', 'to_jsonb', 'num_nulls', 'quote_literal'])}::text`,
    ])();
  }

  #scalar(sources: readonly Source[], depth: number): string {
    const [text, number, date] = [
      this.#column(sources, 'text'),
      this.#column(sources, 'number'),
      this.#column(sources, 'date'),
    ];
    return this.#pick([
      () => this.#column(sources),
      () => text,
      () => `${number} % ${1 + this.#below(9)}`,
      () => `substr(${text}, ${1 + this.#below(8)}, ${1 + this.#below(4)})`,
      () => `length(${text})`,
      () => `${this.#pick(['upper', 'lower', 'reverse', 'md5', 'ascii', 'initcap'])}(${text})::text`,
      () => `coalesce(${text}, 'none')`,
      () => `case when ${this.#condition(sources, 0)} then 1 else 2 end`,
      () => `extract(${this.#pick(['day', 'month', 'year', 'dow'])} from ${date})`,
      () => `(${text})::${this.#pick(['int', 'date', 'numeric', 'bytea'])}::text`,
      () => `1 / (${number} - ${this.#below(60)})`,
      () => (depth > 0 ? `(select ${this.#aggregate(this.#inner())} from ${this.#innerFrom})` : number),
    ])();
  }

  #innerFrom = '';

  #inner(): readonly Source[] {
    const source = { alias: 's', table: this.#pick(tables) };
    this.#innerFrom = `${source.table.name} s`;
    return [source];
  }

  #condition(sources: readonly Source[], depth: number): string {
    const [text, number, date] = [
      this.#column(sources, 'text'),
      this.#column(sources, 'number'),
      this.#column(sources, 'date'),
    ];
    return this.#pick([
      () => `${text} like '${this.#pick(['a%', 'b%', '%@%', '%1%', 'Name 3%', '%hidden%', '____'])}'`,
      () =>
        `${number} ${this.#pick(['>', '<', '=', '<>'])} ${this.#pick([5, 50, 1000, 90000000, 100000000, this.#below(200000000)])}`,
      () => `${date} > date '${1940 + this.#below(90)}-0${1 + this.#below(9)}-1${this.#below(9)}'`,
      () => `${text} is ${this.#chance(0.5) ? 'not ' : ''}null`,
      () => `${text} ~ '[${this.#below(9)}]'`,
      () => `${text} in ('a.h35711@hidden.example', 'x', 'b*****', 'REDACTED')`,
      () => `${number} between ${this.#below(100000)} and ${this.#below(200000000)}`,
      () => `not (${number} = ${this.#below(60)}) and ${text} > '${this.#pick(['a', 'm', 'N', '4'])}'`,
      () => (depth > 0 ? `exists ${this.#correlated(sources)}` : `${number} > 3`),
      () => (depth > 0 ? `${text} = any ${this.#anyOf()}` : `${number} > 3`),
    ])();
  }

  #correlated(sources: readonly Source[]): string {
    const source: Source = { alias: 'e', table: this.#pick(tables) };
    return `(select 1 from ${source.table.name} e where ${this.#column([source], 'text')} = ${this.#column(sources, 'text')}::text)`;
  }

  #anyOf(): string {
    const source: Source = { alias: 'a', table: this.#pick(tables) };
    return `(select ${this.#column([source], 'text')}::text from ${source.table.name} a)`;
  }

  /** Writes in a transaction of their own that is rolled back by the bench. */
  #write(): string {
    const table = this.#pick(tables);
    const column = this.#pick(Object.keys(table.columns));
    const source: Source = { alias: table.name.split('.').at(-1)!, table };
    return this.#pick([
      () => `update ${table.name} set ${column} = ${column} where ${this.#condition([source], 0)}`,
      () => `delete from ${table.name} where ${this.#condition([source], 0)} returning *`,
      () => `insert into ${table.name} (${column}) values (null)`,
      () => `insert into ${table.name} (${column}) values ('7') on conflict do nothing`,
      () => `update ${table.name} set ${column} = null`,
    ])();
  }

  /** A column of a kind, qualified; of any where a source has none of that kind, and some where none is. */
  #column(sources: readonly Source[], kind?: Kind): string {
    const { alias, table } = this.#pick(sources);
    const named = Object.entries(table.columns);
    const fitting = named.filter(([, own]) => kind === undefined || own === kind);
    const [name] = this.#pick(fitting.length > 0 ? fitting : named);
    const qualified = this.#chance(0.9) ? `${alias}.${name}` : name;
    return fitting.length > 0 || kind === undefined ? qualified : constants[kind];
  }

  #many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.#below(most) }, make);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)];
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}

const constants: Readonly<Record<Kind, string>> = {
  text: "'t'",
  number: '4',
  date: "date '2024-01-02'",
  json: "'{}'::jsonb",
  array: "array['a']",
  composite: 'row(1)',
};
