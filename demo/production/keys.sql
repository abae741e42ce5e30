-- What holds the rows together: made after them, as a dump does.
alter table people
  add constraint people_email unique (email),
  add constraint people_user_name unique (user_name);
alter table products
  add constraint products_sku unique (sku),
  add constraint products_ean unique (ean);
alter table addresses add constraint addresses_person foreign key (person_id) references people on delete cascade;
alter table orders
  add constraint orders_person foreign key (person_id) references people,
  add constraint orders_ship_to foreign key (ship_to) references addresses;
alter table order_lines
  add constraint order_lines_order foreign key (order_id) references orders on delete cascade,
  add constraint order_lines_product foreign key (product_id) references products;
alter table payment_cards
  add constraint payment_cards_number unique (card_number),
  add constraint payment_cards_person foreign key (person_id) references people on delete cascade;
alter table bank_accounts
  add constraint bank_accounts_iban unique (iban),
  add constraint bank_accounts_person foreign key (person_id) references people on delete cascade;

-- Departments have heads, who are employees, who have departments.
alter table hr.employees
  add constraint employees_work_email unique (work_email),
  add constraint employees_national_insurance_no unique (national_insurance_no),
  add constraint employees_department foreign key (department_id) references hr.departments deferrable,
  add constraint employees_manager foreign key (manager_id) references hr.employees;
alter table hr.departments
  add constraint departments_head foreign key (head_id) references hr.employees deferrable;

alter table medical_notes
  add constraint medical_notes_person foreign key (person_id) references people on delete cascade,
  add constraint medical_notes_author foreign key (written_by) references hr.employees;
alter table support_tickets add constraint support_tickets_person foreign key (person_id) references people;
alter table events add constraint events_person foreign key (person_id) references people;

create index people_family_name on people (lower(family_name), given_name);
create index addresses_person on addresses (person_id);
create index orders_person on orders (person_id, placed_at desc);
create index open_orders on orders (placed_at) where status in ('paid', 'shipped');
create index order_lines_product on order_lines (product_id);
create index events_person on events (person_id, happened_at);
create index people_profile on people using gin (profile);

create trigger touch before update on people for each row execute function touch();
create trigger remember after update or delete on people for each row execute function audit.remember();

create view customers as
  select p.id, p.given_name || ' ' || p.family_name as name, p.email, age_of(p.date_of_birth) as age,
    a.city, count(o.id) as orders, coalesce(sum(o.total), 0) as spent
  from people p
  left join addresses a on a.person_id = p.id and a.kind = 'home'
  left join orders o on o.person_id = p.id and o.status <> 'basket'
  group by p.id, a.city;

create materialized view best_customers as
  select id, name, email, orders, spent from customers order by spent desc limit 100;
create unique index best_customers_id on best_customers (id);
