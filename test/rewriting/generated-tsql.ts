/** Tables of the fixture that queries are made of, with what a role may not see of them. */
const tables: Readonly<Record<string, readonly string[]>> = {
  Customers: [
    'Id',
    'FullName',
    'Email',
    'EmailLower',
    'Phone',
    'BirthDate',
    'NationalId',
    'Country',
    'Segment',
  ],
  Employees: ['Id', 'Name', 'Department', 'Salary'],
  Cards: ['Id', 'CustomerId', 'Pan', 'Cvv'],
  Orders: ['Id', 'CustomerId', 'Amount', 'Status', 'PlacedOn'],
};

interface Source {
  readonly sql: string;
  readonly alias: string;
  readonly columns: readonly string[];
}

/**
 * A SELECT of the fixture's tables, of the shapes that people write: joins, derived tables, common table
 * expressions, subqueries, unions, groups. One row of numbers makes one query, and small numbers plain ones;
 * `spelling` writes its names, which must not matter.
 */
export class GeneratedTsql {
  readonly #choices: readonly number[];
  readonly #spelling: readonly number[];
  #next = 0;
  #nextSpelling = 0;
  #aliases = 0;

  constructor(choices: readonly number[], spelling: readonly number[]) {
    this.#choices = choices;
    this.#spelling = spelling;
  }

  query(): string {
    if (this.#choose(5) === 4) {
      const name = `q${this.#choose(9)}`;
      const inner = this.#select(1);
      return `with ${name} as (${inner.sql}) select ${inner.columns.map((column) => this.#name(column)).join(', ')} from ${name}`;
    }
    const { sql, columns } = this.#select(2);
    if (this.#choose(6) !== 5) return sql;
    return `${sql} union all ${this.#selectOf(columns.length)}`;
  }

  /** @param depth of queries that may stand inside */
  #select(depth: number): { sql: string; columns: readonly string[] } {
    const sources = [this.#source(depth)];
    let from = sources[0].sql;
    for (let more = this.#choose(3); more > 0; more--) {
      const other = this.#source(depth);
      const on = `${this.#columnOf(sources[0])} = ${this.#columnOf(other)}`;
      from += [` join ${other.sql} on ${on}`, ` left join ${other.sql} on ${on}`, ` cross join ${other.sql}`][
        this.#choose(3)
      ];
      sources.push(other);
    }
    const columns: string[] = [];
    const items = Array.from({ length: 1 + this.#choose(4) }, (_, i) => {
      const source = sources[this.#choose(sources.length)];
      const column = this.#columnOf(source);
      columns.push(`c${i}`);
      const expression = [
        column,
        `lower(${column})`,
        `case when ${column} is null then 1 else 0 end`,
        `coalesce(${column}, 'none')`,
        depth > 0 ? `(select max(${this.#name('Amount')}) from ${this.#table('Orders')})` : column,
      ][this.#choose(5)];
      return `${expression} as c${i}`;
    });
    const where = this.#choose(2) === 1 ? ` where ${this.#condition(sources, depth)}` : '';
    const top = ['', '', 'top 3 ', 'distinct '][this.#choose(4)];
    return { sql: `select ${top}${items.join(', ')} from ${from}${where}`, columns };
  }

  #selectOf(width: number): string {
    const source = this.#source(0);
    const items = Array.from({ length: width }, () => this.#columnOf(source));
    return `select ${items.join(', ')} from ${source.sql}`;
  }

  #source(depth: number): Source {
    const alias = `t${this.#aliases++}`;
    if (depth > 0 && this.#choose(5) === 4) {
      const { sql, columns } = this.#select(depth - 1);
      return { sql: `(${sql}) as ${alias}`, alias, columns };
    }
    const name = Object.keys(tables)[this.#choose(4)];
    return { sql: `${this.#table(name)} as ${alias}`, alias, columns: tables[name] };
  }

  #condition(sources: readonly Source[], depth: number): string {
    const column = this.#columnOf(sources[this.#choose(sources.length)]);
    const other = this.#source(0);
    return [
      `${column} is not null`,
      `${column} like 'a%'`,
      depth > 0 ? `exists (select 1 from ${other.sql} where ${this.#columnOf(other)} = ${column})` : '1 = 1',
      depth > 0 ? `${column} in (select ${this.#columnOf(other)} from ${other.sql})` : '1 = 1',
    ][this.#choose(4)];
  }

  #columnOf({ alias, columns }: Source): string {
    return `${alias}.${this.#name(columns[this.#choose(columns.length)])}`;
  }

  #table(name: string): string {
    return ['', 'dbo.', '[dbo].', 'DBO.'][this.#spell(4)] + this.#name(name);
  }

  #name(name: string): string {
    return [name, `[${name}]`, name.toUpperCase(), `[${name.toLowerCase()}]`][this.#spell(4)];
  }

  #choose(ways: number): number {
    return this.#choices[this.#next++ % this.#choices.length] % ways;
  }

  #spell(ways: number): number {
    return this.#spelling[this.#nextSpelling++ % this.#spelling.length] % ways;
  }
}
