import { describe, expect, test } from 'vitest';
import type { DnssecFailure } from '../../server/dns/outcome.ts';
import { createLoopbackDns, UNENDING } from './loopback-check.ts';
import { startLoopbackDns } from './loopback-dns.ts';
import { delegateFrom } from './parent-zone.ts';

/** The examples of RFC 4034 §5.4 and RFC 4509 §2.3. */
const ZONE = 'dskey.example.com';
const KEY =
  '256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==';
const SHA1 = '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118';
const SHA256 = '60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A';
const LEFT_OVER = SHA256.replace('D4B7', '0000');
/** Of an algorithm that no receiver validates, and of a kind of digest that none knows. */
const UNUSABLE = [SHA256.replace(' 5 ', ' 253 '), SHA256.replace(' 2 ', ' 99 ')];

interface Signed {
  readonly ds: string[];
  /** DNSKEY records at each of the zone's servers. */
  readonly keys: readonly (readonly string[])[];
}

async function startSigned({ ds, keys }: Signed) {
  const net = await startLoopbackDns({ zones: { [ZONE]: {} }, authorities: keys.length, spares: 1 });
  const nameServers = Object.fromEntries(
    net.authorities.map(({ address }, i) => [`ns${i + 1}.${ZONE}`, address]),
  );
  const [parent] = net.spares;
  if (parent) delegateFrom(parent, net, ZONE, { nameServers, ds });
  for (const [i, server] of net.authorities.entries()) {
    const apex = server.zones.get(ZONE)?.get('@') ?? {};
    server.publish(ZONE, { ...apex, DNSKEY: [...(keys[i] ?? [])] });
  }
  return net;
}

describe.concurrent('DS records in the zone above', () => {
  test.each<[string, Signed, DnssecFailure | null]>([
    ['the digest is SHA-1', { ds: [SHA1], keys: [[KEY]] }, null],
    ['the digest is SHA-256, beside a DS left behind', { ds: [LEFT_OVER, SHA256], keys: [[KEY]] }, null],
    ['one server of two has the key', { ds: [SHA256], keys: [[], [KEY]] }, null],
    ['the zone has none', { ds: [], keys: [[]] }, null],
    ['no receiver can use them', { ds: UNUSABLE, keys: [[]] }, null],
    ['the zone is not signed', { ds: [SHA256], keys: [[], []] }, { proof: 'keys', ds: [SHA256] }],
    [
      'the keys are others',
      { ds: [LEFT_OVER, SHA1], keys: [[KEY.replace('AQO', 'AQP')]] },
      { proof: 'keys', ds: [LEFT_OVER, SHA1] },
    ],
  ])('DS records are held against the keys of the zone: %s', async (_when, signed, failure) => {
    await using net = await startSigned(signed);
    expect(await createLoopbackDns(net).open(ZONE, UNENDING).dnssecFailure()).toEqual(failure);
  });

  test('a signed zone costs one question for its keys, and none behind a resolver that validates', async () => {
    await using net = await startSigned({ ds: [SHA256], keys: [[KEY], [KEY]] });
    const asked = () => net.authorities.flatMap(({ queries }) => queries).map(({ type }) => type);
    expect(await createLoopbackDns(net).open(ZONE, UNENDING).dnssecFailure()).toBeNull();
    expect(asked()).toEqual(['DNSKEY']);
    net.resolver.validates = true;
    expect(await createLoopbackDns(net).open(ZONE, UNENDING).dnssecFailure()).toBeNull();
    expect(asked()).toEqual(['DNSKEY']);
  });

  test('servers that do not tell their keys prove nothing', async () => {
    await using net = await startSigned({ ds: [SHA256], keys: [[], []] });
    for (const server of net.authorities) server.fault = 'refused';
    expect(await createLoopbackDns(net).open(ZONE, UNENDING).dnssecFailure()).toBeNull();
  });

  test('a resolver that answers for a zone only without checking proves that DNSSEC fails', async () => {
    await using net = await startSigned({ ds: [SHA256], keys: [[KEY]] });
    net.resolver.faults.set(ZONE, 'bogus');
    const check = createLoopbackDns(net).open(ZONE, UNENDING);
    expect(await check.dnssecFailure()).toEqual({ proof: 'resolver', ds: [SHA256] });
    expect(await check.delegation()).toMatchObject({
      nameServers: [`ns1.${ZONE}`],
      resolverFailure: 'bogus',
    });
  });
});
