import { describe, expect, test } from 'vitest';
import { IMPATIENT, inShort, openCheck } from './loopback-check.ts';
import { startLoopbackDns, three } from './loopback-dns.ts';
import type { NameServer } from './name-server.ts';

const NAME = 'abc._domainkey.example.org';
const OURS = { TXT: ['k=rsa;p=AAAA'] };

describe.concurrent('the way down', () => {
  test('a delegated _domainkey is found by its glue', async () => {
    await using net = await startLoopbackDns({ authorities: 2, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('_domainkey.example.org', { NS: ['ns._domainkey.example.org'] });
    net.publish('ns._domainkey.example.org', { A: [spare.address] });
    spare.serve('_domainkey.example.org', { abc: OURS });
    const { zone, observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(zone).toBe('_domainkey.example.org');
    expect(inShort(observations)).toEqual({ 'ns._domainkey.example.org': 'present k=rsa;p=AAAA' });
    expect(spare.queries.map(({ type }) => type)).toEqual(['TXT', 'NS']);
  });

  test('a referral with the AA bit is followed, and is no absence', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [spare] = three(net.spares);
    net.publish('_domainkey.example.org', { NS: ['ns._domainkey.example.org'] });
    net.publish('ns._domainkey.example.org', { A: [spare.address] });
    spare.serve('_domainkey.example.org', { abc: OURS });
    for (const server of net.authorities) server.fault = 'aa-referral';
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({ 'ns._domainkey.example.org': 'present k=rsa;p=AAAA' });
  });

  test('a delegated subdomain is found when its servers lie elsewhere and have no glue', async () => {
    await using net = await startLoopbackDns({
      spares: 2,
      zones: { 'example.org': { mail: { NS: ['ns1.example.net', 'ns2.example.net'] } }, 'example.net': {} },
    });
    const [first, second] = three(net.spares);
    net.resolver.publish('ns1.example.net', { A: [first.address] });
    net.resolver.publish('ns2.example.net', { A: [second.address] });
    first.serve('mail.example.org', { 'abc._domainkey': OURS });
    second.serve('mail.example.org');
    const name = 'abc._domainkey.mail.example.org';
    const { zone, observations } = await openCheck(net).askAuthorities(name, 'TXT');
    expect(zone).toBe('mail.example.org');
    expect(inShort(observations)).toEqual({
      'ns1.example.net': 'present k=rsa;p=AAAA',
      'ns2.example.net': 'absent nxdomain',
    });
  });

  test('a server of a delegated subdomain that serves only the zone above, without the delegation, is lame', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('example.org', {});
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns.mail.example.org': 'unknown lame' });
  });

  describe('a delegated zone that names other servers than the zone above it', () => {
    const FQDN = 'x.mail.example.org';

    /** The zone above names the first spare, and the zone itself the second one. */
    async function startDiffering() {
      const net = await startLoopbackDns({ spares: 3 });
      const [first, second, third] = three(net.spares);
      net.publish('mail.example.org', { NS: ['ns.above.example.org'] });
      net.publish('ns.above.example.org', { A: [first.address] });
      net.publish('ns.own.example.org', { A: [second.address] });
      for (const server of [first, second])
        server.serve('mail.example.org', { '@': { NS: ['ns.own.example.org'] } });
      return { net, first, second, third };
    }

    test('is asked at both, and the survey tells who names which', async () => {
      const { net, second } = await startDiffering();
      await using _net = net;
      second.publish(FQDN, OURS);
      const { zone, observations, cut } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(zone).toBe('mail.example.org');
      expect(inShort(observations)).toEqual({
        'ns.above.example.org': 'absent nxdomain',
        'ns.own.example.org': 'present k=rsa;p=AAAA',
      });
      expect(observations.map(({ namedBy }) => namedBy)).toEqual([['parent'], ['child']]);
      expect(cut).toEqual({
        zone: 'mail.example.org',
        above: 'example.org',
        nameServers: ['ns.own.example.org'],
        parentServers: ['ns.above.example.org'],
      });
    });

    test('is asked once in a check whom it names', async () => {
      const { net, first, second } = await startDiffering();
      await using _net = net;
      const check = openCheck(net);
      for (const name of [FQDN, `y.${FQDN}`, `z.${FQDN}`]) await check.askAuthorities(name, 'TXT');
      const asked = [first, second].flatMap((server) => server.queriesFor('mail.example.org', 'NS'));
      expect(asked).toHaveLength(1);
    });

    test('keeps its servers when the question whom it names is not answered', async () => {
      const { net, first } = await startDiffering();
      await using _net = net;
      first.faults.set('mail.example.org', 'silent');
      const check = openCheck(net, IMPATIENT);
      for (const name of [FQDN, `y.${FQDN}`]) {
        const { observations, cut } = await check.askAuthorities(name, 'TXT');
        expect(inShort(observations)).toEqual({ 'ns.above.example.org': 'absent nxdomain' });
        expect(cut).toBeUndefined();
      }
    });

    test('leads to the zones below it by the word of either side', async () => {
      const { net, first, third } = await startDiffering();
      await using _net = net;
      first.publish('sub.mail.example.org', { NS: ['ns.sub.mail.example.org'] });
      first.publish('ns.sub.mail.example.org', { A: [third.address] });
      third.serve('sub.mail.example.org', { x: OURS });
      const { zone, observations } = await openCheck(net).askAuthorities('x.sub.mail.example.org', 'TXT');
      expect(zone).toBe('sub.mail.example.org');
      expect(observations.map(({ name, namedBy }) => [name, namedBy])).toEqual([
        ['ns.own.example.org', ['child']],
        ['ns.sub.mail.example.org', ['parent']],
      ]);
    });

    test('shows that its servers were not asked where the zone above names eight others', async () => {
      const { net, first } = await startDiffering();
      await using _net = net;
      const hosts = Array.from({ length: 8 }, (_, i) => `ns${i}.mail.example.org`);
      net.authorities[0]?.publish('mail.example.org', { NS: hosts });
      for (const [i, host] of hosts.entries())
        net.authorities[0]?.publish(host, { A: [i === 0 ? first.address : `127.0.1.${i + 1}`] });
      const { observations } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(observations).toHaveLength(9);
      expect(inShort(observations)).toMatchObject({
        'ns0.mail.example.org': 'absent nxdomain',
        'ns.own.example.org': 'unknown budget',
      });
    });

    test('has eight of its servers asked, whoever names them', async () => {
      const { net, first, second } = await startDiffering();
      await using _net = net;
      const hosts = Array.from({ length: 20 }, (_, i) => `ns${i}.own.example.org`);
      for (const [i, host] of hosts.entries()) net.publish(host, { A: [`127.0.1.${i + 1}`] });
      for (const server of [first, second]) server.publish('mail.example.org', { NS: hosts });
      const { observations } = await openCheck(net).askAuthorities(FQDN, 'TXT');
      expect(observations).toHaveLength(8);
    });
  });

  test('a name without a zone cut asks no server for a zone’s own name servers', async () => {
    await using net = await startLoopbackDns({ authorities: 2 });
    await openCheck(net).askAuthorities(NAME, 'TXT');
    for (const server of net.authorities) expect(server.queries.map(({ type }) => type)).toEqual(['TXT']);
  });

  test('glue for a name outside the referring zone is not believed', async () => {
    await using net = await startLoopbackDns({
      spares: 2,
      zones: { 'example.org': { mail: { NS: ['ns.example.net'] } }, 'example.net': {} },
    });
    const [right, wrong] = three(net.spares);
    net.resolver.publish('ns.example.net', { A: [right.address] });
    net.authorities[0]?.zones.get('example.org')?.set('ns.example.net.', { A: [wrong.address] });
    right.serve('mail.example.org', { x: OURS });
    await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(right.queriesFor('x.mail.example.org')).toHaveLength(1);
    expect(wrong.queries).toHaveLength(0);
  });

  test('servers that refer to different ones do not raise the number of servers asked', async () => {
    await using net = await startLoopbackDns({ authorities: 2 });
    for (const [i, server] of net.authorities.entries()) {
      const hosts = Array.from({ length: 8 }, (_, k) => `ns${k}.of${i}.mail.example.org`);
      server.publish('mail.example.org', { NS: hosts });
      for (const [k, host] of hosts.entries()) server.publish(host, { A: [`127.0.${i + 2}.${k + 1}`] });
    }
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(observations).toHaveLength(8);
  });

  test('servers that each refer on by names of their own do not raise the number of questions to the resolver', async () => {
    await using net = await startLoopbackDns({
      authorities: 8,
      zones: { 'example.org': {}, 'fan.test': {} },
    });
    for (const [i, server] of net.authorities.entries()) {
      const hosts = Array.from({ length: 8 }, (_, k) => `ns${k}.of${i}.fan.test`);
      server.publish('mail.example.org', { NS: hosts });
      for (const host of hosts) net.resolver.publish(host, { A: ['127.0.0.99'] });
    }
    await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    const asked = net.resolver.queries.filter(({ name }) => name.endsWith('.fan.test'));
    expect(new Set(asked.map(({ name }) => name)).size).toBeLessThanOrEqual(8);
  });

  test('a dead or lame server of the zone above does not matter to the zone below', async () => {
    await using net = await startLoopbackDns({ authorities: 3, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('mail.example.org', { x: OURS });
    const [, dead, lame] = three(net.authorities);
    dead.fault = 'silent';
    lame.fault = 'lame';
    const { observations } = await openCheck(net, IMPATIENT).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns.mail.example.org': 'present k=rsa;p=AAAA' });
  });

  test('an answer of a server of the zone above counts, because the world asks it too', async () => {
    await using net = await startLoopbackDns({ authorities: 2, spares: 1 });
    const [spare] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns.mail.example.org'] });
    net.publish('ns.mail.example.org', { A: [spare.address] });
    spare.serve('mail.example.org', { x: OURS });
    net.authorities[1]?.publish('mail.example.org', null);
    const { zone, observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(zone).toBe('mail.example.org');
    expect(inShort(observations)).toEqual({
      'ns.mail.example.org': 'present k=rsa;p=AAAA',
      'ns2.example.org': 'absent nxdomain',
    });
  });

  test('a referral loop ends', async () => {
    await using net = await startLoopbackDns({ spares: 2 });
    const [first, second] = three(net.spares);
    net.publish('mail.example.org', { NS: ['ns1.mail.example.org'] });
    net.publish('ns1.mail.example.org', { A: [first.address] });
    const backAndForth = (to: NameServer) => ({
      mail: { NS: ['ns.mail.example.org'] },
      'ns.mail': { A: [to.address] },
    });
    first.serve('example.org', backAndForth(second));
    second.serve('example.org', backAndForth(first));
    const { observations } = await openCheck(net).askAuthorities('x.mail.example.org', 'TXT');
    expect(inShort(observations)).toEqual({ 'ns1.mail.example.org': 'unknown lame' });
  });

  test('five referrals are followed, a sixth is not', async () => {
    await using net = await startLoopbackDns({ spares: 6 });
    let [above] = three(net.authorities);
    const zones = ['example.org'];
    for (const spare of net.spares) {
      const zone = `sub.${zones.at(-1)}`;
      above.publish(zone, { NS: [`ns.${zone}`] });
      above.publish(`ns.${zone}`, { A: [spare.address] });
      spare.serve(zone, { x: { TXT: ['here'] } });
      zones.push(zone);
      above = spare;
    }
    const ask = async (name: string) =>
      inShort((await openCheck(net).askAuthorities(name, 'TXT')).observations);
    expect(await ask(`x.${zones[5]}`)).toEqual({ [`ns.${zones[5]}`]: 'present here' });
    expect(await ask(`x.${zones[6]}`)).toEqual({ [`ns.${zones[5]}`]: 'unknown lame' });
  });
});

describe('what the resolver hears', () => {
  test('the walk never asks the resolver for the record itself, even where a name server has that name', async () => {
    await using net = await startLoopbackDns({ spares: 1 });
    const [spare] = three(net.spares);
    net.publish('_domainkey.example.org', { NS: ['ns.example.org', NAME] });
    net.publish('ns.example.org', { A: [spare.address] });
    spare.serve('_domainkey.example.org');
    net.resolver.remembersAbsence = true;
    const { observations } = await openCheck(net).askAuthorities(NAME, 'TXT');
    expect(inShort(observations)).toEqual({
      'ns.example.org': 'absent nxdomain',
      [NAME]: 'unknown unreachable',
    });
    expect(net.resolver.queriesFor(NAME)).toEqual([]);
    expect(new Set(net.resolver.queries.map(({ type }) => type))).toEqual(new Set(['NS', 'A']));
  });
});
