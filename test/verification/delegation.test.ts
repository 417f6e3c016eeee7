import { describe, expect, test } from 'vitest';
import type { LoopbackDnsOptions } from '../dns/loopback-dns.ts';
import { delegateFrom, resolveFrom } from '../dns/parent-zone.ts';
import { CheckFixture } from './check-fixture.ts';
import { followFix } from './follow-fix.ts';
import { arrangeMoving, C, D, MOVING_SERVERS, type Moving } from './moving-dns.ts';
import { OUR_KEY, SELECTOR, sendingDomain } from './sending-domain.ts';

const FQDN = `${SELECTOR}._domainkey.example.org`;
const OURS = { TXT: [`k=rsa;p=${OUR_KEY}`] };

async function startMoving(moving: Moving) {
  const scene = await CheckFixture.set(MOVING_SERVERS);
  return { scene, ...arrangeMoving(scene.servers, moving) };
}

/** `example.org` with the zone above it. */
async function startRegistered(
  options: LoopbackDnsOptions = {},
  nameServers?: Record<string, string | null>,
) {
  const scene = await CheckFixture.set({ ...options, spares: 2 });
  const [parent, spare] = scene.servers.spares;
  if (parent === undefined || spare === undefined) throw new Error('too few servers');
  const named = nameServers ?? { 'ns1.example.org': scene.servers.authorities[0]?.address ?? '' };
  delegateFrom(parent, scene.servers, 'example.org', { nameServers: named });
  return { scene, parent, spare };
}

describe.concurrent('a domain whose registrar and zone name different servers', () => {
  test.each<[string, Moving, string]>([
    [
      'the registrar names both servers, each zone names itself, the resolver follows the one with the record',
      { registrar: [C, D], resolver: C },
      `At the registrar of example.org, set the name servers to “${C}”.`,
    ],
    [
      'the registrar names both servers, each zone names itself, the resolver follows the one without the record',
      { registrar: [C, D], resolver: D },
      `At the registrar of example.org, set the name servers to “${C}”.`,
    ],
    [
      'the registrar names the server with the record, its zone another one',
      { registrar: [C], zoneAtC: [D], resolver: C },
      `In the DNS settings of example.org, set the NS records at the host “@” to “${C}”.`,
    ],
  ])('%s: it is verified, with a warning whose fix mends it', async (_when, moving, fix) => {
    const { scene, c, parent } = await startMoving(moving);
    await using _scene = scene;
    c.publish(FQDN, OURS);
    const { dkim, verdicts, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DELEGATION_DIFFERS', severity: 'warning', state: 'valid', fix });
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'valid', firstHand: true });
    expect(finding).toMatchObject({ without: [D] });
    expect(dkim.nameservers.map(({ name, outcome }) => [name, outcome])).toEqual([
      [C, 'present'],
      [D, 'absent'],
    ]);
    followFix(dkim, scene.servers);
    expect((await scene.check(sendingDomain())).dkim, fix).toMatchObject({ code: 'OK' });
    expect(parent.queriesFor('example.org', 'NS')).toHaveLength(2);
  });

  test('a record that is at the servers before a move alone is to be added at those that the registrar names', async () => {
    const { scene, c, d } = await startMoving({ registrar: [D], resolver: C });
    await using _scene = scene;
    c.publish(FQDN, OURS);
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DELEGATION_DIFFERS', state: 'valid', action: { kind: 'add' } });
    expect(finding).toMatchObject({ without: [D], isOutdated: true });
    d.publish(FQDN, OURS);
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK' });
  });

  test('there is nothing to do but wait where a resolver remembers the servers before a move', async () => {
    const { scene, d } = await startMoving({ registrar: [D], resolver: C });
    await using _scene = scene;
    d.publish(FQDN, OURS);
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DELEGATION_DIFFERS', state: 'valid', action: null, fix: null });
    expect(dkim.detail).toContain(`our resolver still remembers ${C} from before`);
  });

  test('servers of one side that fail are named as those that receivers are sent to in vain', async () => {
    const { scene, c, d } = await startMoving({ registrar: [D], resolver: C });
    await using _scene = scene;
    c.publish(FQDN, OURS);
    d.fault = 'refused';
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DELEGATION_DIFFERS', state: 'valid' });
    expect(finding).toMatchObject({ parent: [D], child: [C], without: [D] });
  });

  test('a record at all servers of both sides is right, whoever names them', async () => {
    const { scene, c, d } = await startMoving({ registrar: [C], resolver: D });
    await using _scene = scene;
    for (const server of [c, d]) server.publish(FQDN, OURS);
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK', state: 'valid' });
  });

  test('a record that neither side has is missing, and the diagnosis names both sides', async () => {
    const { scene } = await startMoving({ registrar: [C], resolver: D });
    await using _scene = scene;
    const { dkim, finding, verdicts } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'RECORD_MISSING', state: 'missing' });
    expect(finding.notes).toEqual([
      { kind: 'delegation-differs', parent: [C], child: [D], isOutdated: true },
    ]);
    expect(verdicts['dkim:1']).toMatchObject({ firstHand: true });
  });

  test.each(['silent', 'servfail', 'refused', 'lame'] as const)(
    'nothing counts as missing while the servers that only the registrar names are %s',
    async (fault) => {
      const { scene, d } = await startMoving({ registrar: [D], resolver: C });
      await using _scene = scene;
      d.fault = fault;
      const { dkim, verdicts } = await scene.check(sendingDomain());
      expect(dkim).toMatchObject({ transient: true, state: 'unknown' });
      expect(dkim.detail).toContain(D);
      expect(verdicts['dkim:1']).toMatchObject({ verdict: 'unknown', firstHand: false });
    },
  );

  test('servers that only the zone names, and that fail, are for the zone to name otherwise', async () => {
    const { scene, d } = await startMoving({ registrar: [C], resolver: D });
    await using _scene = scene;
    d.fault = 'refused';
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DNS_REFUSED', transient: true });
    expect(dkim.fix).toContain('in the DNS settings of example.org, set the NS records at the host “@”');
    expect(dkim.fix).not.toContain(', at the registrar');
  });

  test('nothing counts as missing where only one side refers to the zone of the record, and the other is silent', async () => {
    const { scene, c, d, parent } = await startMoving({ registrar: [D], resolver: C });
    await using _scene = scene;
    c.publish('_domainkey.example.org', { NS: ['a.nic.org'] });
    parent.serve('_domainkey.example.org', {});
    d.fault = 'refused';
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DNS_REFUSED', transient: true });
    expect(dkim.nameservers.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['a.nic.org', 'absent'],
      [D, 'refused'],
    ]);
    parent.publish(FQDN, OURS);
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({
      code: 'DELEGATION_DIFFERS',
      state: 'valid',
    });
  });

  test('nothing counts as missing while the resolver does not say whom the zone itself names', async () => {
    const { scene } = await startMoving({ registrar: [D], resolver: C });
    await using _scene = scene;
    scene.servers.resolver.faults.set('example.org', 'servfail');
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({
      code: 'DNS_SERVFAIL',
      transient: true,
    });
  });

  test('servers that both sides name and that differ all the same are no matter of the delegation', async () => {
    const nameServers = { 'ns1.example.org': '127.0.0.2', 'ns2.example.org': '127.0.0.3' };
    const { scene } = await startRegistered({ authorities: 3 }, nameServers);
    await using _scene = scene;
    scene.servers.publish(FQDN, OURS);
    scene.servers.authorities[1]?.publish(FQDN, null);
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim.code).toBe('NAMESERVERS_DISAGREE');
    expect(finding).toMatchObject({ without: ['ns2.example.org'] });
  });

  test('a server that the registrar knows by another name than the zone has its word counted for both', async () => {
    const { scene } = await startRegistered({}, { 'ns1.reseller.org': '127.0.0.2' });
    await using _scene = scene;
    const missing = await scene.check(sendingDomain());
    expect(missing.dkim).toMatchObject({ code: 'RECORD_MISSING', state: 'missing' });
    expect(missing.verdicts['dkim:1']).toMatchObject({ firstHand: true });
    expect(missing.finding).toMatchObject({ servers: ['ns1.example.org', 'ns1.reseller.org'], notes: [] });
    expect(scene.servers.authorities[0]?.queriesFor(FQDN, 'TXT')).toHaveLength(1);
    followFix(missing.dkim, scene.servers);
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK' });
  });

  test('an address that only the zone above has for a server is asked as well', async () => {
    const { scene, spare } = await startRegistered({}, { 'ns1.example.org': '127.0.0.4' });
    await using _scene = scene;
    spare.serve('example.org', { '@': { NS: ['ns1.example.org'] } });
    spare.publish(FQDN, OURS);
    const { dkim, finding } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', state: 'valid' });
    expect(dkim.nameservers.map(({ address }) => address)).toEqual(['127.0.0.2', '127.0.0.4']);
    // The name alone would say that the record is nowhere.
    expect(finding).toMatchObject({ without: ['ns1.example.org (127.0.0.2)'] });
    expect(finding.notes).toContainEqual({ kind: 'addresses-differ', names: ['ns1.example.org'] });
    expect(dkim.detail).toContain('If one of them is that of a former server, correct it');
  });
});

describe.concurrent('a delegated subdomain that names other servers than the zone above it', () => {
  const MAIL = 'mail.example.org';
  const [ABOVE, OWN] = ['ns.above.org', 'ns.own.org'] as const;
  const row = sendingDomain({ domain: MAIL, subdomain: 'mail' });
  const mailFqdn = `${SELECTOR}._domainkey.${MAIL}`;

  /** The zone above names the first spare, and the zone at both spares names the second one. */
  async function startDelegated() {
    const scene = await CheckFixture.set({ spares: 2 });
    const [above, own] = scene.servers.spares;
    if (above === undefined || own === undefined) throw new Error('too few servers');
    scene.servers.authorities[0]?.publish(MAIL, { NS: [ABOVE] });
    scene.servers.resolver.serve('above.org', { ns: { A: [above.address] } });
    scene.servers.resolver.serve('own.org', { ns: { A: [own.address] } });
    for (const server of [above, own]) server.serve(MAIL, { '@': { NS: [OWN] } });
    resolveFrom(own, scene.servers, MAIL);
    return { scene, above, own };
  }

  test('is verified by the record at its own servers, and the fix is in the zone above', async () => {
    const { scene, own } = await startDelegated();
    await using _scene = scene;
    own.publish(mailFqdn, OURS);
    const { dkim, verdicts, finding } = await scene.check(row);
    expect(dkim).toMatchObject({
      code: 'DELEGATION_DIFFERS',
      state: 'valid',
      fix: `In the DNS settings of example.org, set the NS records at the host “mail” to “${OWN}”.`,
      action: { kind: 'replace', zone: 'example.org', type: 'NS', host: 'mail', value: OWN },
    });
    expect(dkim.title).toBe(`${MAIL} and the domain above it list different name servers`);
    expect(dkim.detail).toContain(`The domain above ${MAIL} lists ${ABOVE}`);
    expect(finding).toMatchObject({ parent: [ABOVE], child: [OWN], delegated: MAIL, without: [ABOVE] });
    expect(verdicts['dkim:1']).toMatchObject({ verdict: 'valid', firstHand: true });
    scene.servers.authorities[0]?.publish(MAIL, { NS: dkim.action?.value.split(' ') ?? [] });
    expect((await scene.check(row)).dkim.code).toBe('OK');
  });

  test('is verified by the record at the servers that only the zone above names, and the fix is in the zone itself', async () => {
    const { scene, above, own } = await startDelegated();
    await using _scene = scene;
    above.publish(mailFqdn, OURS);
    const { dkim } = await scene.check(row);
    expect(dkim).toMatchObject({
      code: 'DELEGATION_DIFFERS',
      fix: `In the DNS settings of ${MAIL}, set the NS records at the host “@” to “${ABOVE}”.`,
    });
    resolveFrom(above, scene.servers, MAIL);
    for (const server of [above, own]) server.publish(MAIL, { NS: [ABOVE] });
    expect((await scene.check(row)).dkim.code).toBe('OK');
  });

  test('lacks the record when neither side has it, and the diagnosis names both sides', async () => {
    const { scene } = await startDelegated();
    await using _scene = scene;
    const { dkim, finding } = await scene.check(row);
    expect(dkim).toMatchObject({ code: 'RECORD_MISSING', state: 'missing' });
    expect(finding.notes).toContainEqual({
      kind: 'delegation-differs',
      parent: [ABOVE],
      child: [OWN],
      delegated: MAIL,
    });
    expect(dkim.detail).toContain(
      `The domain above ${MAIL} lists ${ABOVE}, but the NS records of ${MAIL} itself list ${OWN}`,
    );
  });

  test.each(['silent', 'servfail', 'refused', 'lame'] as const)(
    'does not lack the record while its own servers are %s',
    async (fault) => {
      const { scene, own } = await startDelegated();
      await using _scene = scene;
      own.fault = fault;
      const { dkim, verdicts } = await scene.check(row);
      expect(dkim).toMatchObject({ transient: true, state: 'unknown' });
      expect(dkim.detail).toContain(OWN);
      expect(verdicts['dkim:1']).toMatchObject({ verdict: 'unknown', firstHand: false });
    },
  );
});

describe.concurrent('the zone above', () => {
  test('a check of a healthy domain asks the zone above once and the resolver six times', async () => {
    const { scene, parent } = await startRegistered();
    await using _scene = scene;
    scene.servers.publish(FQDN, OURS);
    expect((await scene.check(sendingDomain())).dkim.code).toBe('OK');
    expect(parent.queries.map(({ type, name }) => `${type} ${name}`)).toEqual(['NS example.org']);
    expect(scene.servers.authorities[0]?.queries).toHaveLength(4);
    const asked = scene.servers.resolver.queries.map(({ type, name }) => `${type} ${name}`);
    expect(asked.toSorted()).toEqual([
      'A a.nic.org',
      'A ns1.example.org',
      'NS example.org',
      'NS org',
      // The last step of the walk for a DMARC record, which the domain lacks.
      'TXT _dmarc.org',
      `TXT ${FQDN}`,
    ]);
  });

  test.each(['silent', 'refused', 'lame'] as const)(
    'a check goes by the zone’s own servers while those of the zone above are %s',
    async (fault) => {
      const { scene, parent } = await startRegistered({}, { 'ns.old.org': '127.0.0.9' });
      await using _scene = scene;
      parent.fault = fault;
      scene.servers.publish(FQDN, OURS);
      expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK', source: 'authority' });
    },
  );

  test('servers of the zone above at private addresses are not asked', async () => {
    const scene = await CheckFixture.set({ spares: 1, allowPrivate: false });
    await using _scene = scene;
    const [parent] = scene.servers.spares;
    if (parent)
      delegateFrom(parent, scene.servers, 'example.org', { nameServers: { 'ns.old.org': '127.0.0.9' } });
    scene.servers.publish(FQDN, OURS);
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK', source: 'resolver' });
    expect(parent?.queries).toEqual([]);
  });
});

describe.concurrent('servers that fail', () => {
  test('a single SERVFAIL of the resolver does not end a check', async () => {
    await using scene = await CheckFixture.set();
    scene.servers.publish(FQDN, OURS);
    scene.servers.resolver.fault = 'servfail-first';
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'OK', state: 'valid' });
  });

  test.each([
    [
      'refused',
      'DNS_REFUSED',
      'Ask your DNS provider to set up example.org on ns1.example.org, or, at the registrar',
    ],
    [
      'upward',
      'DNS_LAME',
      'Ask your DNS provider to set up example.org on ns1.example.org, or, at the registrar',
    ],
    [
      'silent',
      'DNS_TIMEOUT',
      'ask your DNS provider to make ns1.example.org answer for example.org, or, at the registrar of example.org',
    ],
  ] as const)(
    'a domain whose servers are all %s has the code %s and a fix that names them',
    async (fault, code, fix) => {
      const { scene } = await startRegistered();
      await using _scene = scene;
      for (const server of scene.servers.authorities) server.fault = fault;
      for (const name of ['example.org', FQDN]) scene.servers.resolver.faults.set(name, 'servfail');
      const { dkim } = await scene.check(sendingDomain());
      expect(dkim).toMatchObject({ code, transient: true, action: null });
      expect(dkim.fix).toContain(fix);
      expect(dkim.nameservers.map(({ name }) => name)).toEqual(['ns1.example.org']);
    },
  );

  test('an absence that a resolver passes on from lame servers is unknown', async () => {
    await using scene = await CheckFixture.set();
    for (const server of scene.servers.authorities) server.fault = 'lame';
    scene.servers.resolver.faults.set(FQDN, 'no-soa');
    expect((await scene.check(sendingDomain())).dkim).toMatchObject({ code: 'DNS_LAME', transient: true });
  });

  test('a domain whose servers deny it is unknown, and the fix names them', async () => {
    const { scene } = await startRegistered();
    await using _scene = scene;
    scene.servers.resolver.cache.set('example.org', { negative: 'nxdomain', ttl: 300 });
    scene.servers.resolver.faults.set('example.org', 'no-soa');
    const { dkim } = await scene.check(sendingDomain());
    expect(dkim).toMatchObject({ code: 'DNS_LAME', transient: true, action: null });
    expect(dkim.title).toBe('The name servers of example.org aren’t set up for it');
    expect(dkim.detail).toContain('ns1.example.org answered, but the domain isn’t set up there.');
    expect(dkim.fix).toContain('Ask your DNS provider to set up example.org on ns1.example.org');
  });

  test('a subdomain that is delegated to servers without its zone is unknown, and the fix names the zone', async () => {
    const { scene, spare } = await startRegistered();
    await using _scene = scene;
    scene.servers.authorities[0]?.publish('mail.example.org', { NS: ['ns.host.org'] });
    scene.servers.resolver.publish('ns.host.org', { A: [spare.address] });
    spare.fault = 'lame';
    scene.servers.resolver.faults.set(`${SELECTOR}._domainkey.mail.example.org`, 'no-soa');
    const { dkim } = await scene.check(sendingDomain({ domain: 'mail.example.org', subdomain: 'mail' }));
    expect(dkim).toMatchObject({ code: 'DNS_LAME', transient: true, zone: 'mail.example.org' });
    expect(dkim.fix).toBe(
      'Ask your DNS provider to set up mail.example.org on ns.host.org, or, in the DNS settings of the domain above, remove the NS records of mail.example.org.',
    );
  });

  test.each(['servfail', 'no-soa'] as const)(
    'an alias to a provider whose servers are lame is unknown, and the diagnosis names its target: %s',
    async (fault) => {
      const scene = await CheckFixture.set({ spares: 2 });
      await using _scene = scene;
      const [parent, provider] = scene.servers.spares;
      if (parent === undefined || provider === undefined) throw new Error('too few servers');
      delegateFrom(parent, scene.servers, 'provider.test', {
        nameServers: { 'ns.provider.test': provider.address },
      });
      provider.fault = 'lame';
      scene.servers.publish(FQDN, { CNAME: 'key.provider.test' });
      scene.servers.resolver.faults
        .set(FQDN, fault)
        .set('provider.test', 'servfail')
        .set('key.provider.test', 'servfail');
      const { dkim, finding } = await scene.check(sendingDomain());
      expect(dkim).toMatchObject({ code: 'DNS_LAME', transient: true });
      expect(finding).toMatchObject({
        alias: 'key.provider.test',
        failures: [{ names: ['ns.provider.test'] }],
      });
      expect(dkim.detail).toContain('key.provider.test');
    },
  );
});

test('a record that may be hidden below a delegated _domainkey is missing, and the diagnosis tells both ways out', async () => {
  await using scene = await CheckFixture.set({ spares: 1 });
  const [spare] = scene.servers.spares;
  scene.servers.publish(FQDN, OURS);
  scene.servers.publish('_domainkey.example.org', { NS: ['ns.keys.org'] });
  scene.servers.resolver.publish('example.org', { NS: ['ns1.example.org'] });
  scene.servers.resolver.serve('keys.org', { ns: { A: [spare?.address ?? ''] } });
  spare?.serve('_domainkey.example.org', {});
  const { dkim, finding } = await scene.check(sendingDomain());
  expect(finding).toMatchObject({ code: 'RECORD_MISSING', delegated: '_domainkey.example.org' });
  expect(dkim).toMatchObject({ zone: '_domainkey.example.org', action: { kind: 'add', host: SELECTOR } });
  expect(dkim.detail).toContain('delegated to ns.keys.org');
  expect(dkim.detail).toContain('remove the NS records of _domainkey.example.org');
});

test('an alias into a zone that is being moved is right by the word of the servers that only the registrar names', async () => {
  await using scene = await CheckFixture.set({
    zones: { 'example.org': {}, 'example.net': {} },
    spares: 2,
  });
  const { servers } = scene;
  const [parent, next] = servers.spares;
  if (parent === undefined || next === undefined) throw new Error('too few servers');
  const nameServers = { 'ns1.example.net': '127.0.0.2', 'ns.next.net': next.address };
  delegateFrom(parent, servers, 'example.net', { nameServers });
  next.serve('example.net', { '@': { NS: ['ns.next.net'] }, dkim: OURS });
  servers.publish('dkim.example.net', { A: ['192.0.2.1'] });
  servers.publish(FQDN, { CNAME: 'dkim.example.net' });
  const { dkim, finding } = await scene.check(sendingDomain());
  expect(dkim).toMatchObject({ code: 'NAMESERVERS_DISAGREE', state: 'valid' });
  expect(finding).toMatchObject({ without: ['ns1.example.net'] });
});

describe.concurrent('whom a diagnosis quotes', () => {
  test.each([
    ['missing', {}, 'name servers ns1.example.org and ns2.example.org and found no'],
    ['right', OURS, 'name servers ns1.example.org and ns2.example.org and found the right'],
    [
      'an alias to nowhere',
      { CNAME: 'gone.example.org' },
      'ns1.example.org and ns2.example.org and found that',
    ],
  ])(
    'a diagnosis names the servers that were asked where the record is %s',
    async (_what, records, words) => {
      await using scene = await CheckFixture.set({ authorities: 2 });
      if (Object.keys(records).length > 0) scene.servers.publish(FQDN, records);
      const { dkim, finding } = await scene.check(sendingDomain());
      expect(dkim.detail).toContain(words);
      expect(finding.servers).toEqual(['ns1.example.org', 'ns2.example.org']);
    },
  );
});

test('DNSSEC that fails below a delegation is for the zone above to mend, and not for the registrar', async () => {
  await using scene = await CheckFixture.set({ spares: 1 });
  const [spare] = scene.servers.spares;
  const zone = '_domainkey.example.org';
  scene.servers.publish(zone, { NS: ['ns.keys.org'] });
  const ds = `12345 13 2 ${'AB'.repeat(32)}`;
  scene.servers.resolver.publish('example.org', { NS: ['ns1.example.org'], DS: [ds] });
  scene.servers.resolver.serve('keys.org', { ns: { A: [spare?.address ?? ''] } });
  for (const server of [spare, scene.servers.resolver]) server?.serve(zone, { [SELECTOR]: OURS });
  scene.servers.resolver.faults.set(FQDN, 'bogus');
  const { dkim } = await scene.check(sendingDomain());
  expect(dkim).toMatchObject({ code: 'DNSSEC_BROKEN', transient: true, zone, action: null });
  expect(dkim.fix).toContain(`In the DNS settings of the domain above ${zone}, remove the DS record`);
  expect(dkim.detail).not.toContain('registrar');
});
