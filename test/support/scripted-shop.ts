import type { ScriptedTable } from './tds-server/scripted-tables.js';

const given = ['Ana', 'Ben', 'Carla', 'Dmitri', 'Emma', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jakob'];
const family = ['Müller', 'Okafor', 'Rossi', 'Orlov', 'Schmidt', 'Haddad', 'Lindqvist', 'Moreau'];

const digits = (i: number, length: number) => String(i).padStart(length, '0');

/** Invented people, each with as many orders as there are of them for one. */
export function shopOf(customers: number, ordersEach: number): readonly ScriptedTable[] {
  const emailOf = (i: number) => `${given[i % 10].toLowerCase()}.${i}@corp.example`;
  return [
    {
      schema: 'dbo',
      name: 'customers',
      columns: [
        { name: 'id', type: 'int', identity: true },
        { name: 'full_name', type: 'nvarchar(100)' },
        { name: 'email', type: 'nvarchar(200)', nullable: true },
        { name: 'phone', type: 'varchar(30)', nullable: true },
        { name: 'born', type: 'date', nullable: true },
        { name: 'balance', type: 'decimal(38,10)' },
        { name: 'active', type: 'bit' },
        { name: 'shout', type: 'nvarchar(100)', nullable: true, computed: '(upper([full_name]))' },
      ],
      keys: [
        { name: 'pk_customers', columns: ['id'], primary: true },
        { name: 'uq_customers_email', columns: ['email'] },
      ],
      rows: customers,
      row: (i) => [
        String(i + 1),
        `${given[i % 10]} ${family[i % 8]}`,
        emailOf(i),
        `+49 30 90${digits(i, 6)}`,
        new Date(Date.UTC(1950, 0, 1 + i)).toISOString().slice(0, 10),
        `${i * 1_234_567}.0123456789`,
        i % 3 === 0 ? '1' : '0',
        null,
      ],
    },
    {
      schema: 'sales',
      name: 'order details',
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'customer_id', type: 'int' },
        { name: 'contact_email', type: 'nvarchar(200)', nullable: true },
        { name: 'placed', type: 'datetime2(7)' },
        { name: 'seen', type: 'datetimeoffset(7)', nullable: true },
      ],
      keys: [{ name: 'pk_details', columns: ['id'], primary: true }],
      foreignKeys: [
        {
          name: 'fk_details_customer',
          columns: ['customer_id'],
          references: { schema: 'dbo', name: 'customers', columns: ['id'] },
        },
      ],
      rows: customers * ordersEach,
      row: (i) => [
        String(9_007_199_254_740_993n + BigInt(i)),
        String(1 + (i % customers)),
        emailOf(i % customers),
        `2026-02-03 04:05:06.${digits(i, 7)}`,
        i % 2 === 0 ? null : '2026-02-03 04:05:06.1234560 +02:00',
      ],
    },
  ];
}
