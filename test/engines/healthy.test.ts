import { expect, test } from 'vitest';
import { describeBehind } from './internet.ts';
import { signedBy } from './signing.ts';

const ENGINES = ['knot', 'named', 'nsd'] as const;
const RIGHT = { verified: true, code: 'OK', status: 'verified', source: 'authority', fix: null };

describeBehind(['unbound', 'bind9 that validates', 'dnsmasq before unbound'], (internet) => {
  test.each(ENGINES)('a record that %s serves is verified', async (engine) => {
    const site = await internet().newSite();
    await site.serve([engine], site.record);
    await site.delegate(engine);
    const checked = await site.check();
    expect(checked).toMatchObject(RIGHT);
    expect(checked.nameservers.map(({ name }) => name)).toEqual(site.serversOf(engine));
  });

  test.each(ENGINES)('a record that %s lacks is missing, and verified once it is added', async (engine) => {
    const site = await internet().newSite();
    await site.serve([engine], 'www A 192.0.2.1');
    await site.delegate(engine);
    const missing = await site.check();
    expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING', source: 'authority' });
    await site.expectFixed(missing);
  });

  test.each([
    ['NSEC', false],
    ['NSEC3', true],
  ])(
    'a record in a signed zone is verified, and one whose absence %s proves is missing',
    async (_, nsec3) => {
      const site = await internet().newSite();
      const key = await internet().tree.newKey(site.name);
      await site.serve(['knot', 'named', 'nsd'], '', signedBy(key, { nsec3 }));
      await site.register({ servers: site.serversOf('knot', 'named', 'nsd'), ds: [key.ds] });
      const missing = await site.check();
      expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING', source: 'authority' });
      expect(missing.nameservers).toHaveLength(6);
      await site.expectFixed(missing);
      expect(await site.check()).toMatchObject(RIGHT);
    },
  );

  test('the zone file that Letterhead exports is what an engine loads', async () => {
    const site = await internet().newSite();
    await site.serve(['nsd'], '', { finish: async (text) => text + (await site.exported()) });
    await site.delegate('nsd');
    expect(await site.check()).toMatchObject(RIGHT);
  });

  test('a record of a subdomain is verified in the zone of the domain', async () => {
    const site = await internet().newSite('mail.');
    await site.serve(['knot'], 'www A 192.0.2.1', { origin: site.registrable });
    await site.delegate('knot');
    const missing = await site.check();
    expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING', zone: site.registrable });
    await site.expectFixed(missing);
  });

  test('a record of a subdomain is verified in a zone of its own at other servers', async () => {
    const site = await internet().newSite('mail.');
    const delegation = site.serversOf('nsd').map((server) => `mail NS ${server}.`);
    await site.serve(['knot'], delegation.join('\n'), { origin: site.registrable });
    await site.serve(['nsd'], '');
    await site.delegate('knot');
    const missing = await site.check();
    expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING', zone: site.name });
    await site.expectFixed(missing);
  });

  test('a record below a delegated _domainkey is verified at its own servers', async () => {
    const site = await internet().newSite();
    const delegation = site.serversOf('named').map((server) => `_domainkey NS ${server}.`);
    await site.serve(['knot'], delegation.join('\n'));
    await site.serve(['named'], '', { origin: `_domainkey.${site.name}` });
    await site.delegate('knot');
    const missing = await site.check();
    expect(missing).toMatchObject({
      verified: false,
      code: 'RECORD_MISSING',
      zone: `_domainkey.${site.name}`,
    });
    await site.expectFixed(missing);
  });

  test('name servers within the domain are found by their glue', async () => {
    const site = await internet().newSite();
    const [address = ''] = internet().tree.providers.knot.authority.addresses;
    const server = `ns1.${site.name}`;
    await site.serve(['knot'], `ns1 A ${address}\n${site.record}`, { servers: [server] });
    await site.register({ servers: [server], glue: { [server]: address } });
    const checked = await site.check();
    expect(checked).toMatchObject(RIGHT);
    expect(checked.nameservers).toMatchObject([{ name: server, address }]);
  });
});
