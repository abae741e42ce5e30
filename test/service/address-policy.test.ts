import { AddressPolicy } from '../../src/service/network/address-policy.js';

describe('the address policy', () => {
  const policy = new AddressPolicy({ allowPrivateAddresses: false });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.9.9',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '::1',
    '::',
    'fd00:ec2::254',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
    'localhost',
  ])('refuses %s', async (host) => {
    await expect(policy.resolve(host)).rejects.toMatchObject({ code: 'forbidden-address', status: 422 });
  });

  it.each(['8.8.8.8', '2001:4860:4860::8888'])('permits %s', async (host) => {
    expect(await policy.resolve(host)).toEqual([host]);
  });

  it('permits everything where the operator allows private addresses', async () => {
    const open = new AddressPolicy({ allowPrivateAddresses: true });
    expect(await open.resolve('127.0.0.1')).toEqual(['127.0.0.1']);
  });
});
