import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { RequestError } from '../problems/problems.js';

/** A data source or webhook lies where a request of ours must not go. */
export class ForbiddenAddressError extends RequestError {
  readonly code = 'forbidden-address';
  readonly status = 422;
}

/**
 * Addresses that only this machine or its network should reach. Source: the IANA special-purpose
 * registries (RFC 6890 and its updates); 169.254.169.254 and fd00:ec2::254 serve cloud credentials.
 */
const reserved = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  reserved.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  reserved.addSubnet(network, prefix, 'ipv6');
}

/** Decides where the service may connect to on behalf of a tenant. */
export class AddressPolicy {
  readonly #allowPrivate: boolean;

  constructor({ allowPrivateAddresses }: { readonly allowPrivateAddresses: boolean }) {
    this.#allowPrivate = allowPrivateAddresses;
  }

  /**
   * The addresses of a host, each of them permitted; connect to one of these and not to the name, which
   * may answer differently the next time. Throws `ForbiddenAddressError`.
   */
  async resolve(host: string): Promise<readonly string[]> {
    const addresses = isIP(host) ? [host] : await addressesOf(host);
    if (this.#allowPrivate) return addresses;
    if (!addresses.some(isReserved)) return addresses;
    throw new ForbiddenAddressError(
      `${host} lies at a private or reserved address`,
      'use a public address, or have the operator of the service set ALLOW_PRIVATE_ADDRESSES=true',
    );
  }
}

function isReserved(address: string): boolean {
  // An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is checked as what it is by BlockList.
  return reserved.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new ForbiddenAddressError(`${host} has no address`, 'check the spelling of the host name', {
      cause,
    });
  }
}
