-- Everything that a check should find, in one database; faulty-server.ts adds settings, rules and certificates.
create role reader login password 'x' valid until '2030-01-01';
create role second_admin superuser login password 'x' valid until '2030-01-01';
create role skips_rls bypassrls login password 'x' valid until '2030-01-01';
create role reads_files login password 'x' valid until '2030-01-01';
grant pg_read_server_files to reads_files;
create role never_ends login password 'x';
set password_encryption = 'md5';
create role old_hash login password 'x' valid until '2030-01-01';
reset password_encryption;

grant create on schema public to public;
alter default privileges for role reader grant select on tables to public;
create function public.as_owner() returns int language sql security definer as 'select 1';
create function public.fake_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create language fakelang handler public.fake_handler;
create function public.on_ddl() returns event_trigger language plpgsql as 'begin end';
create event trigger guard on ddl_command_start execute function public.on_ddl();
alter event trigger guard disable;
select lo_create(4711);
grant select on large object 4711 to public;

create table public.cards (id int primary key, pan text, cvv text not null);
insert into public.cards select i, '4111111111111111', '123' from generate_series(1, 50) i;
create table public.users (id int primary key, login text, password varchar(80), api_key text);
insert into public.users select i, 'u' || i, 'secret' || i, 'ghp_' || repeat('a', 36) from generate_series(1, 50) i;
create table public.patients (id int primary key, tenant_id int, diagnosis text);
insert into public.patients select i, 1, 'D' || i % 3 from generate_series(1, 50) i;
create materialized view public.diagnoses as select diagnosis from public.patients with no data;
create view public.patient_list as select id, diagnosis from public.patients;
create unlogged table public.sessions (id int primary key, email text);
create table public.accounts (id int primary key, iban text);
insert into public.accounts select i, 'x' from generate_series(1, 50) i;
update public.accounts set iban = 'y';
create table public.people (id int primary key, email text, name text);
insert into public.people select i, 'p' || i || '@example.org', 'n' from generate_series(1, 100) i;
grant select on public.people to public;
set allow_in_place_tablespaces = on;
create tablespace elsewhere location '';
create index people_by_email on public.people (email) tablespace elsewhere;
create publication everything for table public.people;
comment on column public.people.name is 'import with password = ''hunter2222''';

create extension postgres_fdw;
create server branch foreign data wrapper postgres_fdw options (host 'branch.example', dbname 'x');
create user mapping for reader server branch options (user 'x', password 'y');
create foreign table public.branch_people (id int, email text) server branch;
create subscription from_branch connection 'host=branch.example dbname=x user=x password=y' publication p
  with (connect = false, slot_name = none);
select pg_stat_force_next_flush();
analyze;
