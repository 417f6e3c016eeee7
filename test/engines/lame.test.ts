import { describe, expect, test } from 'vitest';
import { NameServer } from '../dns/name-server.ts';
import { describeBehind, type Internet } from './internet.ts';
import type { Site } from './site.ts';

const ENGINES = ['knot', 'named', 'nsd'] as const;
/** What must not be said when nobody who could know has said anything. */
const NOTHING_KNOWN = { verified: false, status: 'pending', transient: true, state: 'unknown', action: null };

describeBehind(['unbound that validates'], (internet) => {
  /** Registers a site with one server of a name of its own. */
  const registerAt = (site: Site, address: string) => {
    const server = `ns1.${site.name}`;
    return site.register({ servers: [server], glue: { [server]: address } });
  };

  describe('servers that do not have the zone', () => {
    test.each(ENGINES)(
      '%s that refuses is named, and the record is verified once it has the zone',
      async (engine) => {
        const site = await internet().newSite();
        await site.delegate(engine);
        const refused = await site.check();
        expect(refused).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_REFUSED' });
        expect(refused.nameservers.map(({ name, outcome }) => [name, outcome])).toEqual(
          site.serversOf(engine).map((server) => [server, 'refused']),
        );
        for (const server of site.serversOf(engine)) expect(refused.detail).toContain(server);
        await site.serve([engine], site.record);
        expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
      },
    );

    test('an engine that cannot load the zone file does not make the record missing', async () => {
      const site = await internet().newSite();
      await internet().tree.providers.knot.authority.serveBroken(site.name);
      await site.delegate('knot');
      const failed = await site.check();
      expect(failed).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_SERVFAIL' });
      expect(failed.nameservers.map(({ name }) => name)).toEqual(site.serversOf('knot'));
    });

    test('a server that refers to the root is lame', async () => {
      const site = await internet().newSite();
      await registerAt(site, internet().tree.root.addresses[0] ?? '');
      const lame = await site.check();
      expect(lame).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_LAME' });
      expect(lame.nameservers).toMatchObject([{ name: `ns1.${site.name}`, outcome: 'lame' }]);
    });

    test('a domain delegated to the server of its own top-level domain is lame', async () => {
      const site = await internet().newSite();
      await registerAt(site, internet().tree.registry.addresses[0] ?? '');
      const lame = await site.check();
      expect(lame).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_LAME' });
      expect(lame.nameservers).toMatchObject([{ name: `ns1.${site.name}`, outcome: 'lame' }]);
    });

    test('a domain delegated to a server of its top-level domain that has no delegation of it is lame', async () => {
      const site = await internet().newSite();
      const address = internet().tree.newAddress();
      const registry = await internet().tree.startAuthority('nsd', { addresses: [address] });
      await site.serve([registry], '', { origin: 'test', servers: ['ns.test'] });
      await registerAt(site, address);
      const lame = await site.check();
      expect(lame).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_LAME' });
      expect(lame.nameservers).toMatchObject([{ name: `ns1.${site.name}`, outcome: 'lame' }]);
    });

    test.each(ENGINES)(
      'a subdomain delegated to the servers of %s that serve the domain, without a zone, is lame until it has one',
      async (engine) => {
        const site = await internet().newSite('mail.');
        const delegation = site.serversOf(engine).map((server) => `mail NS ${server}.`);
        const occluded = `${site.host}.mail A 192.0.2.1`;
        await site.serve([engine], [...delegation, occluded].join('\n'), { origin: site.registrable });
        await site.delegate(engine);
        const lame = await site.check();
        expect(lame).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_LAME', zone: site.name });
        expect(lame.nameservers.map(({ name, outcome }) => [name, outcome])).toEqual(
          site.serversOf(engine).map((server) => [server, 'lame']),
        );
        await site.serve([engine], site.record);
        expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
      },
    );

    test('the alias of a record into a zone that its servers refuse is not called wrong', async () => {
      const [site, other] = [await internet().newSite(), await internet().newSite()];
      await site.serve(['knot'], `${site.host} CNAME key.${other.name}.`);
      await site.delegate('knot');
      await other.delegate('named');
      expect(await site.check()).toMatchObject(NOTHING_KNOWN);
      await other.serve(['named'], site.recordAt('key'));
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });
  });

  describe('servers that nobody can reach', () => {
    test('a name server without an address is named', async () => {
      const site = await internet().newSite();
      await site.register({ servers: ['ns1.nowhere.example', 'ns2.nowhere.example'] });
      const failed = await site.check();
      expect(failed).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_TIMEOUT' });
      expect(failed.nameservers).toMatchObject([
        { name: 'ns1.nowhere.example', address: '' },
        { name: 'ns2.nowhere.example', address: '' },
      ]);
    });

    test('a name server within the domain whose address nobody knows is named', async () => {
      const site = await internet().newSite();
      await site.register({ servers: [`ns1.${site.name}`] });
      const failed = await site.check();
      expect(failed).toMatchObject({
        ...NOTHING_KNOWN,
        nameservers: [{ name: `ns1.${site.name}`, address: '' }],
      });
      expect(failed.detail).toContain(`ns1.${site.name} couldn’t be asked: no address`);
    });

    test('a name server at whose address nobody listens is named', async () => {
      const site = await internet().newSite();
      const address = internet().tree.newAddress();
      await registerAt(site, address);
      const failed = await site.check();
      expect(failed).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_TIMEOUT' });
      expect(failed.nameservers).toMatchObject([
        { name: `ns1.${site.name}`, address, outcome: 'unreachable' },
      ]);
    });

    test('a name server that is silent is named', async () => {
      const site = await internet().newSite();
      const { address } = await startServer(internet(), (server) => {
        server.fault = 'silent';
      });
      await registerAt(site, address);
      const failed = await site.check();
      expect(failed).toMatchObject({ ...NOTHING_KNOWN, code: 'DNS_TIMEOUT' });
      expect(failed.nameservers).toMatchObject([{ name: `ns1.${site.name}`, address, outcome: 'timeout' }]);
    });

    test('the alias of a record into a zone whose servers are dead is not called wrong', async () => {
      const [site, other] = [await internet().newSite(), await internet().newSite()];
      await site.serve(['knot'], `${site.host} CNAME key.${other.name}.`);
      await site.delegate('knot');
      await registerAt(other, internet().tree.newAddress());
      expect(await site.check()).toMatchObject(NOTHING_KNOWN);
    });
  });

  describe('servers of which some are of no use', () => {
    test('a record is verified at the one server that is alive', async () => {
      const site = await internet().newSite();
      const [alive = ''] = internet().tree.providers.nsd.authority.addresses;
      const dead = internet().tree.newAddress();
      const glue = { [`ns1.${site.name}`]: dead, [`ns2.${site.name}`]: alive };
      const servers = Object.keys(glue);
      await site.serve(['nsd'], `ns1 A ${dead}\nns2 A ${alive}\n${site.record}`, { servers });
      await site.register({ servers, glue });
      const checked = await site.check();
      expect(checked).toMatchObject({ verified: true, source: 'authority', fix: null });
      expect(checked.nameservers.map(({ outcome }) => outcome)).toEqual(['unreachable', 'present']);
    });

    test('a record is verified when eleven of thirteen servers are dead', async () => {
      const site = await internet().newSite();
      const [first = '', second = ''] = internet().tree.providers.knot.authority.addresses;
      const dead = Array.from({ length: 11 }, () => internet().tree.newAddress());
      const glue = Object.fromEntries(
        [...dead, first, second].map((address, i) => [`ns${i + 10}.${site.name}`, address]),
      );
      const lines = Object.entries(glue).map(([server, address]) => `${server}. A ${address}`);
      await site.serve(['knot'], [...lines, site.record].join('\n'), { servers: Object.keys(glue) });
      await site.register({ servers: Object.keys(glue), glue });
      expect(await site.check()).toMatchObject({ verified: true });
    });

    test('a record is missing when the one server that knows the zone says so', async () => {
      const site = await internet().newSite();
      const servers = site.serversOf('knot', 'named');
      await site.serve(['knot'], '', { servers });
      await site.register({ servers });
      const missing = await site.check();
      expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING', source: 'authority' });
      expect(missing.nameservers.map(({ outcome }) => outcome).sort()).toEqual([
        'absent',
        'absent',
        'refused',
        'refused',
      ]);
      await site.expectFixed(missing);
    });

    test('a record is verified at a server that takes a second for each answer', async () => {
      const site = await internet().newSite();
      const { address } = await startServer(internet(), (server) => {
        server.latency = 1000;
        server.serve(site.name, {
          '@': { NS: [`ns1.${site.name}`] },
          ns1: { A: [server.address] },
          [site.host]: { TXT: [[site.value.slice(0, 200), site.value.slice(200)]] },
        });
      });
      await registerAt(site, address);
      expect(await site.check()).toMatchObject({ verified: true, source: 'authority' });
    });
  });
});

async function startServer({ tree }: Internet, prepare: (server: NameServer) => void): Promise<NameServer> {
  const server = tree.use(await NameServer.start({ address: tree.newAddress(), port: 53 }));
  prepare(server);
  return server;
}
