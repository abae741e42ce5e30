import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shopLabels, shopPolicy, startGateway, type TestGateway } from '../support/gateway.js';

const query = { name: 'one', text: 'select email, city from customers where id = 1' };

describe('a gateway that reads its file anew', () => {
  let test: TestGateway;
  beforeEach(async () => {
    test = await startGateway();
  });
  afterEach(() => test.stop());

  const gatewayFile = () => readFile(join(test.folder, 'gateway.yaml'), 'utf8');

  it('masks by the new labels and policy from the next statement on, prepared ones too', async () => {
    const client = await test.client();
    expect((await client.query(query)).rows).toEqual([
      { email: expect.stringMatching(/^c\*/) as string, city: 'Utrecht' },
    ]);
    await test.reload({
      'labels.yaml': shopLabels.replace(
        'city: { type: none, sensitivity: internal',
        'city: { type: city, sensitivity: confidential',
      ),
      'analysts.yaml': shopPolicy.replace('keepStart: 1', 'keepStart: 0'),
    });
    expect((await client.query(query)).rows).toEqual([
      { email: expect.stringMatching(/^\*/) as string, city: null },
    ]);
  });

  it('ends the sessions of users who are gone, and of no others', async () => {
    const ana = await test.client('ana');
    const stew = await test.client('stew');
    const gone = new Promise<void>((done) => ana.once('end', done));
    await test.reload({ 'gateway.yaml': (await gatewayFile()).replace('ana: {', 'bob: {') });
    await gone;
    expect((await stew.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await expect(test.client('ana')).rejects.toThrow('authentication failed');
    expect((await (await test.client('bob')).query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    ['a file with a mistake', 'maskingKey:', 'maskingkey:', /maskingkey/],
    ['what needs a restart', 'size: 12', 'size: 13', /databases cannot change while the gateway serves/],
    ['a labels file that is not there', 'labels: labels.yaml', 'labels: lost.yaml', /lost\.yaml/],
  ])('goes on as before after %s', async (_, from, to, message) => {
    const client = await test.client();
    await expect(test.reload({ 'gateway.yaml': (await gatewayFile()).replace(from, to) })).rejects.toThrow(
      message,
    );
    expect((await client.query(query)).rows).toEqual([
      { email: expect.stringMatching(/^c\*/) as string, city: 'Utrecht' },
    ]);
  });
});
