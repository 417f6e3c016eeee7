import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainCheck } from '../../server/dns/dns-check.ts';
import { isPublicUnicast } from '../../server/dns/public-address.ts';
import { Resolver } from '../../server/dns/resolver.ts';
import { Exchange } from '../../server/dns/transport/exchange.ts';
import { inShort, openCheck, UNENDING } from './loopback-check.ts';
import { startLoopbackDns, three } from './loopback-dns.ts';

/** First and last address of what is not public, as numbers: another way to write the rule down. */
const REFUSED: readonly (readonly [number, number])[] = [
  [0x00000000, 0x00ffffff],
  [0x0a000000, 0x0affffff],
  [0x64400000, 0x647fffff],
  [0x7f000000, 0x7fffffff],
  [0xa9fe0000, 0xa9feffff],
  [0xac100000, 0xac1fffff],
  [0xc0000000, 0xc00000ff],
  [0xc0000200, 0xc00002ff],
  [0xc0586300, 0xc05863ff],
  [0xc0a80000, 0xc0a8ffff],
  [0xc6120000, 0xc613ffff],
  [0xc6336400, 0xc63364ff],
  [0xcb007100, 0xcb0071ff],
  [0xe0000000, 0xffffffff],
];

const dotted = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');
const hextets = (n: number) => `${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}`;
const ipv4 = fc.oneof(
  fc.nat(0xffffffff),
  // Near the edges, where mistakes are.
  fc
    .tuple(fc.constantFrom(...REFUSED.flat()), fc.integer({ min: -2, max: 2 }))
    .map(([edge, step]) => Math.min(Math.max(edge + step, 0), 0xffffffff)),
);
const hextet = fc.nat(0xffff).map((n) => n.toString(16));

describe('addresses that may be asked', () => {
  test('an IPv4 address is public exactly when it is outside the reserved ranges', () => {
    fc.assert(
      fc.property(ipv4, (n) => {
        const refused = REFUSED.some(([first, last]) => n >= first && n <= last);
        expect(isPublicUnicast(dotted(n))).toBe(!refused);
      }),
    );
  });

  test.each([
    ['IPv4-mapped', (n: number) => `::ffff:${dotted(n)}`],
    ['IPv4-mapped, in hexadecimal', (n: number) => `::ffff:${hextets(n)}`],
    ['IPv4-compatible', (n: number) => `::${dotted(n)}`],
    ['NAT64', (n: number) => `64:ff9b::${dotted(n)}`],
    ['local NAT64', (n: number) => `64:ff9b:1::${dotted(n)}`],
    ['6to4', (n: number) => `2002:${hextets(n)}::1`],
    ['Teredo', (n: number) => `2001:0:${hextets(n)}::1`],
  ])('an address of the form %s is refused whatever IPv4 address it carries', (_form, spell) => {
    fc.assert(fc.property(fc.nat(0xffffffff), (n) => !isPublicUnicast(spell(n))));
  });

  test.each(['fc00', 'fdff', 'fe80', 'febf', 'fec0', 'ff02', '100', '0', '1fff', '4000', '5f00'])(
    'no address under %s: is public',
    (first) => {
      fc.assert(
        fc.property(fc.array(hextet, { minLength: 7, maxLength: 7 }), (rest) => {
          expect(isPublicUnicast([first, ...rest].join(':'))).toBe(false);
        }),
      );
    },
  );

  test('the spelling of an address does not change whether it is public', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
        expect(isPublicUnicast(canonical)).toBe(isPublicUnicast(address));
        expect(isPublicUnicast(address.toUpperCase())).toBe(isPublicUnicast(address));
      }),
    );
  });

  test.each(['8.8.8.8', '1.1.1.1', '198.41.0.4', '2606:4700:4700::1111', '2001:4860:4860::8888', '2a00::1'])(
    'the address %s is public',
    (address) => {
      expect(isPublicUnicast(address)).toBe(true);
    },
  );

  test.each([
    '',
    'example.org',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '8.8.8.8:53',
    '2606:4700::1%eth0',
    '::1',
    '::',
  ])('the text %j is not a public address', (address) => {
    expect(isPublicUnicast(address)).toBe(false);
  });
});

describe('name servers whose addresses may not be asked', () => {
  const NAME = 'abc._domainkey.example.org';
  const PRIVATE = [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
  ];

  test("private addresses of the domain's name servers are not asked", async () => {
    const hosts = PRIVATE.map((address, i): [string, object] => [
      `ns${i}`,
      address.includes(':') ? { AAAA: [address] } : { A: [address] },
    ]);
    const names = { ...Object.fromEntries(hosts), '@': { NS: hosts.map(([host]) => `${host}.example.org`) } };
    await using net = await startLoopbackDns({ zones: { 'example.org': names } });
    const { observations } = await openCheck(net, { allowPrivate: false }).askAuthorities(NAME, 'TXT');
    expect(Object.values(inShort(observations))).toEqual(PRIVATE.map(() => 'not-asked'));
    expect(net.authorities.flatMap(({ queries }) => queries)).toEqual([]);
    expect(net.resolver.queriesFor(NAME)).toEqual([]);
  });

  test('private addresses that come as glue are not asked', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [authority] = three(net.authorities);
    const [spare] = three(net.spares);
    const hosts = PRIVATE.map((_, i) => `ns${i}.mail.example.org`);
    net.publish('mail.example.org', { NS: [...hosts, 'ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    for (const [i, address] of PRIVATE.entries())
      net.publish(hosts[i] ?? '', address.includes(':') ? { AAAA: [address] } : { A: [address] });
    spare.serve('mail.example.org', { x: { TXT: ['k=rsa;p=AAAA'] } });
    const now = () => performance.now();
    const exchange = new Exchange({ random: randomBytes, now });
    const servers = [net.resolver];
    const resolver = new Resolver({ exchange, servers, tries: [3000], onLookup: () => {}, now });
    const check = DomainCheck.open(
      {
        exchange,
        resolver,
        // On loopback no address is public: here one of them stands for those that are.
        mayQuery: (address) => address === authority.address || isPublicUnicast(address),
        authorityPort: net.port,
        authorityTimeout: 3000,
        onLookup: () => {},
      },
      'example.org',
      UNENDING,
    );
    const { observations } = await check.askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual(
      Object.fromEntries([...hosts, 'ns.mail.example.org'].map((host) => [host, 'not-asked'])),
    );
    expect(net.resolver.queries.map(({ name }) => name)).toEqual(['example.org', 'org', 'ns1.example.org']);
    expect(authority.queries).toHaveLength(1);
    expect(spare.queries).toEqual([]);
  });
});
