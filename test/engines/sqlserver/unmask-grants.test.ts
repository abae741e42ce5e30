import {
  planUnmask,
  type UnmaskGrant,
  type UnmaskState,
} from '../../../src/engines/sqlserver/unmask-grants.js';

const at = (column: string, table = 'people', schema = 'dbo') => ({ schema, table, column });

const state = (changes: Partial<UnmaskState> = {}): UnmaskState => ({
  ...{ grants: [], denials: [], openings: [] },
  principals: new Set(['steward', 'support', 'dbo']),
  isGranular: true,
  ...changes,
});

const planned = (
  wishes: { clear?: readonly string[]; support?: readonly ReturnType<typeof at>[] },
  changes: Partial<UnmaskState> = {},
) => {
  const partly = new Map(wishes.support ? [['support', wishes.support]] : []);
  const { statements, caveats } = planUnmask({ clear: wishes.clear ?? [], partly }, state(changes));
  return { sql: statements.map(({ sql }) => sql), caveats: caveats.map(({ what }) => what) };
};

describe('UNMASK', () => {
  it('is granted on the database to roles that see everything, and on columns to those that see some', () => {
    expect(
      planned({ clear: ['steward'], support: [at('email'), at('iban]', 'pay'), at('pin', 'k', 'x y')] }),
    ).toEqual({
      sql: [
        'grant unmask to [steward]',
        'grant unmask on [dbo].[people] ([email]) to [support]',
        'grant unmask on [dbo].[pay] ([iban]]]) to [support]',
        'grant unmask on [x y].[k] ([pin]) to [support]',
      ],
      caveats: [],
    });
  });

  it('is left alone where it is as the policy has it', () => {
    const grants: UnmaskGrant[] = [{ role: 'steward' }, { role: 'support', ...at('email') }];
    expect(planned({ clear: ['steward'], support: [at('email')] }, { grants })).toEqual({
      sql: [],
      caveats: [],
    });
  });

  it.each([
    ['the database', {}, 'revoke unmask from [support]'],
    ['a schema', { schema: 'dbo' }, 'revoke unmask on schema::[dbo] from [support]'],
    ['a table', { schema: 'dbo', table: 'people' }, 'revoke unmask on [dbo].[people] from [support]'],
    ['another column', at('card'), 'revoke unmask on [dbo].[people] ([card]) from [support]'],
  ])(
    'is taken back where a role of the policy has it on %s, which is more than it may see',
    (_, scope, sql) => {
      expect(planned({ support: [at('email')] }, { grants: [{ role: 'support', ...scope }] }).sql).toEqual([
        sql,
        'grant unmask on [dbo].[people] ([email]) to [support]',
      ]);
    },
  );

  it('is granted on a column again where its table’s grant was taken back, which takes both', () => {
    const grants = [
      { role: 'support', schema: 'dbo', table: 'people' },
      { role: 'support', ...at('email') },
    ];
    expect(planned({ support: [at('email')] }, { grants }).sql).toEqual([
      'revoke unmask on [dbo].[people] from [support]',
      'grant unmask on [dbo].[people] ([email]) to [support]',
    ]);
  });

  it('is taken back with all that was handed on, where it may be handed on', () => {
    const grants = [{ role: 'support', schema: 'dbo', mayGrant: true }];
    expect(planned({ support: [] }, { grants }).sql).toEqual([
      'revoke unmask on schema::[dbo] from [support] cascade',
    ]);
  });

  it('is not denied where the policy lets see, and stays denied where it does not', () => {
    const denials = [
      { role: 'support', schema: 'dbo', table: 'people' },
      { role: 'support', schema: 'dbo', table: 'cards' },
      { role: 'steward', schema: 'hr' },
      { role: 'dbo', ...at('email') },
    ];
    expect(planned({ clear: ['steward'], support: [at('email')] }, { denials }).sql).toEqual([
      'revoke unmask on [dbo].[people] from [support]',
      'revoke unmask on schema::[hr] from [steward]',
      'grant unmask to [steward]',
      'grant unmask on [dbo].[people] ([email]) to [support]',
    ]);
  });

  it('that comes by another role or by CONTROL is told, with what to do, where the policy masks', () => {
    const openings: UnmaskState['openings'] = [
      { role: 'support', through: 'helpdesk', right: 'UNMASK', schema: 'dbo' },
      { role: 'support', through: 'public', right: 'UNMASK', ...at('card') },
      { role: 'support', through: 'readers', right: 'UNMASK', ...at('email') },
      { role: 'support', through: 'support', right: 'CONTROL' },
      { role: 'support', through: 'db_owner', right: 'db_owner' },
      { role: 'steward', through: 'helpdesk', right: 'UNMASK' },
      { role: 'dbo', through: 'db_owner', right: 'db_owner' },
    ];
    const wishes = { clear: ['steward'], partly: new Map([['support', [at('email')]]]) };
    const { open } = planUnmask(wishes, state({ openings }));
    expect(open.map(({ where, what }) => `${where} ${what}`)).toEqual([
      "role support sees through masks by 'helpdesk', which has UNMASK on schema::[dbo]: take it out of that role, or revoke the right there",
      "role support sees through masks by 'public', which has UNMASK on [dbo].[people] ([card]): revoke it there",
      'role support has CONTROL, and sees through masks by it: revoke it',
      "role support sees through masks by 'db_owner', which has every right: take it out of that role, or revoke the right there",
    ]);
  });

  it('of people whom the policy does not name stays as it is', () => {
    expect(planned({}, { grants: [{ role: 'dbo' }] }).sql).toEqual([]);
  });

  it('on columns is not granted by servers before 2022, which is told, and nothing wider instead', () => {
    const { sql, caveats } = planned({ clear: ['steward'], support: [at('email')] }, { isGranular: false });
    expect(sql).toEqual(['grant unmask to [steward]']);
    expect(caveats).toEqual([expect.stringContaining('dbo.people.email')]);
  });

  it('is not granted to a role that the database does not have, which is told', () => {
    const { sql, caveats } = planned({ clear: ['auditor'] });
    expect(sql).toEqual([]);
    expect(caveats).toEqual([expect.stringContaining('no user and no role')]);
  });
});
