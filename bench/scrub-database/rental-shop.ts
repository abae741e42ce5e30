import type { Catalog } from '../../src/domain/catalog/catalog.js';
import { columnsOf, printColumnName } from '../../src/domain/catalog/catalog.js';
import type { Labels } from '../../src/domain/classification/labels-file.js';

/**
 * A database of the shape of the Sakila sample (a shop that lends films: 15 tables, with their keys, indexes,
 * enum, array, domain, views and triggers), made in the server from row numbers, the same each time.
 */
export const rentalShop = `
  create type mpaa_rating as enum ('G', 'PG', 'PG-13', 'R', 'NC-17');
  create domain year as integer check (value between 1901 and 2155);
  create function touched() returns trigger language plpgsql as $$ begin new.last_update = now(); return new; end $$;
  create table language (language_id serial primary key, name varchar(20) not null, last_update timestamp not null default now());
  create table category (category_id serial primary key, name varchar(25) not null, last_update timestamp not null default now());
  create table actor (actor_id serial primary key, first_name varchar(45) not null, last_name varchar(45) not null, last_update timestamp not null default now());
  create table film (film_id serial primary key, title varchar(255) not null, description text, release_year year,
    language_id integer not null references language, rental_duration smallint not null default 3, rental_rate numeric(4,2) not null default 4.99,
    length smallint, replacement_cost numeric(5,2) not null default 19.99, rating mpaa_rating default 'G', special_features text[], last_update timestamp not null default now());
  create table film_actor (actor_id integer not null references actor, film_id integer not null references film, last_update timestamp not null default now(), primary key (actor_id, film_id));
  create table film_category (film_id integer not null references film, category_id integer not null references category, last_update timestamp not null default now(), primary key (film_id, category_id));
  create table country (country_id serial primary key, country varchar(50) not null, last_update timestamp not null default now());
  create table city (city_id serial primary key, city varchar(50) not null, country_id integer not null references country, last_update timestamp not null default now());
  create table address (address_id serial primary key, address varchar(50) not null, address2 varchar(50), district varchar(20) not null,
    city_id integer not null references city, postal_code varchar(10), phone varchar(20) not null, last_update timestamp not null default now());
  create table store (store_id serial primary key, manager_staff_id integer not null, address_id integer not null references address, last_update timestamp not null default now());
  create table staff (staff_id serial primary key, first_name varchar(45) not null, last_name varchar(45) not null, address_id integer not null references address,
    email varchar(60), store_id integer not null references store, active boolean not null default true, username varchar(40) not null, last_update timestamp not null default now());
  create table customer (customer_id serial primary key, store_id integer not null references store, first_name varchar(45) not null, last_name varchar(45) not null,
    email varchar(60), address_id integer not null references address, create_date date not null, last_update timestamp not null default now(), active integer);
  create table inventory (inventory_id serial primary key, film_id integer not null references film, store_id integer not null references store, last_update timestamp not null default now());
  create table rental (rental_id serial primary key, rental_date timestamp not null, inventory_id integer not null references inventory, customer_id integer not null references customer,
    return_date timestamp, staff_id integer not null references staff, last_update timestamp not null default now());
  create table payment (payment_id serial primary key, customer_id integer not null references customer, staff_id integer not null references staff,
    rental_id integer not null references rental, amount numeric(5,2) not null, payment_date timestamp not null);`;

/** Keys that close the cycle, indexes, views and triggers: after the rows, since that is quicker. */
export const rentalShopKeys = `
  alter table store add foreign key (manager_staff_id) references staff;
  create index on actor (last_name); create index on film (title); create index on film (language_id);
  create index on film_actor (film_id); create index on city (country_id); create index on address (city_id);
  create index on customer (last_name); create index on customer (store_id); create index on customer (address_id);
  create index on inventory (store_id, film_id); create index on inventory (film_id);
  create unique index on rental (rental_date, inventory_id, customer_id);
  create index on rental (inventory_id); create index on rental (customer_id); create index on rental (staff_id);
  create index on payment (customer_id); create index on payment (staff_id); create index on payment (rental_id); create index on payment (payment_date);
  create view customer_list as select c.customer_id, c.first_name || ' ' || c.last_name as name, a.address, a.phone, t.city
    from customer c join address a using (address_id) join city t using (city_id);
  create view sales_by_film as select f.title, sum(p.amount) as sales from payment p join rental r using (rental_id)
    join inventory i using (inventory_id) join film f using (film_id) group by f.title;
  create trigger touched before update on customer for each row execute function touched();
  create trigger touched before update on rental for each row execute function touched();`;

const moment = `timestamp '2024-01-01'`;

/** @param scale Sakila's own size times this: 600 customers, 16,000 rentals and payments */
export function fillRentalShop(scale: number): string {
  const [customers, rentals] = [600 * scale, 16_000 * scale];
  const [films, inventory, addresses] = [1_000 * scale, 4_600 * scale, 650 * scale];
  const rows = (count: number) => `generate_series(1, ${count}) i`;
  return `
  insert into language (name, last_update) select 'Language ' || i, ${moment} from ${rows(6)};
  insert into category (name, last_update) select 'Category ' || i, ${moment} from ${rows(16)};
  insert into country (country, last_update) select 'Country ' || i, ${moment} from ${rows(109)};
  insert into city (city, country_id, last_update) select 'City of ' || i, 1 + i % 109, ${moment} from ${rows(600)};
  insert into actor (first_name, last_name, last_update) select 'Given' || chr(97 + i % 26), 'Family' || i, ${moment} from ${rows(200)};
  insert into film (title, description, release_year, language_id, length, rating, special_features, last_update)
    select 'Film ' || i, 'A tale of ' || md5(i::text) || ' and of ' || md5((i * 7)::text) || ' that must meet in ' || i % 500, 1950 + i % 70, 1 + i % 6, 60 + i % 120,
      (array['G', 'PG', 'PG-13', 'R', 'NC-17'])[1 + i % 5]::mpaa_rating, array['Trailers', 'Deleted Scenes', 'Commentaries'], ${moment} from ${rows(films)};
  insert into film_actor (actor_id, film_id, last_update) select distinct on (actor, film) actor, film, ${moment}
    from (select 1 + (i * 7919::bigint) % 200 as actor, 1 + i % ${films} as film from ${rows(films * 5)}) pairs;
  insert into film_category (film_id, category_id, last_update) select i, 1 + i % 16, ${moment} from ${rows(films)};
  insert into address (address, district, city_id, postal_code, phone, last_update)
    select i % 1900 || ' Long Street ' || i % 977, 'District ' || i % 300, 1 + i % 600, lpad((i * 31 % 100000)::text, 5, '0'),
      '+49 30 ' || lpad((i % 10000000)::text, 8, '0'), ${moment} from ${rows(addresses)};
  set session_replication_role = replica;
  insert into store (manager_staff_id, address_id, last_update) select i, i, ${moment} from ${rows(2)};
  insert into staff (first_name, last_name, address_id, email, store_id, username, last_update)
    select 'Mike' || i, 'Hill' || i, i, 'staff.' || i || '@shop.example', i, 'mike' || i, ${moment} from ${rows(2)};
  set session_replication_role = origin;
  insert into customer (store_id, first_name, last_name, email, address_id, create_date, last_update, active)
    select 1 + i % 2, 'Given' || chr(97 + i % 26) || chr(97 + i / 26 % 26), 'Family' || chr(97 + i % 26) || chr(97 + i / 26 % 26), 'customer.' || i || '@mail' || i % 50 || '.example',
      1 + i % ${addresses}, date '2020-01-01' + i % 1500, ${moment}, 1 from ${rows(customers)};
  insert into inventory (film_id, store_id, last_update) select 1 + i % ${films}, 1 + i % 2, ${moment} from ${rows(inventory)};
  insert into rental (rental_date, inventory_id, customer_id, return_date, staff_id, last_update)
    select ${moment} + i * interval '37 seconds', 1 + (i * 7919::bigint) % ${inventory}, 1 + (i * 104729::bigint) % ${customers},
      case when i % 50 > 0 then ${moment} + i * interval '37 seconds' + interval '3 days' end, 1 + i % 2, ${moment} from ${rows(rentals)};
  insert into payment (customer_id, staff_id, rental_id, amount, payment_date)
    select customer_id, staff_id, rental_id, rental_id % 11 + 0.99, rental_date + interval '1 hour' from rental order by rental_id;`;
}

/** What is masked, by both tools; the others have the nearest that they know. */
export const maskedColumns = [
  { table: 'customer', column: 'first_name', type: 'given-name' },
  { table: 'customer', column: 'last_name', type: 'family-name' },
  { table: 'customer', column: 'email', type: 'email-address' },
  { table: 'staff', column: 'first_name', type: 'given-name' },
  { table: 'staff', column: 'last_name', type: 'family-name' },
  { table: 'staff', column: 'email', type: 'email-address' },
  { table: 'address', column: 'address', type: 'street-address' },
  { table: 'address', column: 'phone', type: 'phone-number' },
] as const;

export function labelsOfRentalShop(catalog: Catalog): Labels {
  const columns = Array.from(columnsOf(catalog), ({ name }) => {
    const found = maskedColumns.find(({ table, column }) => table === name.table && column === name.column);
    const label = { column: name, informationType: found?.type ?? null, status: 'confirmed' as const };
    return [
      printColumnName(name),
      { ...label, sensitivity: found ? ('confidential' as const) : ('public' as const) },
    ] as const;
  });
  return { columns: new Map(columns), references: [] };
}
