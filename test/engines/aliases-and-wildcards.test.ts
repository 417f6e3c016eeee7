import { describe, expect, test } from 'vitest';
import { describeBehind } from './internet.ts';

const RIGHT = { verified: true, code: 'OK', source: 'authority' };

describeBehind(['bind9'], (internet) => {
  describe('aliases', () => {
    test('a record at the end of three aliases at three providers is verified', async () => {
      const [site, second, third] = [
        await internet().newSite(),
        await internet().newSite(),
        await internet().newSite(),
      ];
      await site.serve(['knot'], `${site.host} CNAME a.${second.name}.`);
      await second.serve(['named'], `a CNAME b.${third.name}.`);
      await third.serve(['nsd'], `b CNAME c\n${site.recordAt('c')}`);
      for (const [one, provider] of [
        [site, 'knot'],
        [second, 'named'],
        [third, 'nsd'],
      ] as const)
        await one.delegate(provider);
      expect(await site.check()).toMatchObject(RIGHT);
    });

    test('a record below a DNAME is verified at its target', async () => {
      const [site, target] = [await internet().newSite(), await internet().newSite()];
      await site.serve(['knot'], `_domainkey DNAME keys.${target.name}.`);
      await target.serve(['nsd'], site.recordAt(`${site.host.replace('._domainkey', '')}.keys`));
      await site.delegate('knot');
      await target.delegate('nsd');
      expect(await site.check()).toMatchObject({ verified: true });
    });

    test('a DNAME that leads to no record is right once the record is added where it leads', async () => {
      const [site, target] = [await internet().newSite(), await internet().newSite()];
      await site.serve(['knot'], `_domainkey DNAME keys.${target.name}.`);
      await site.serve(['nsd'], '', { origin: target.name });
      await site.delegate('knot');
      await target.delegate('nsd');
      const wrong = await site.check();
      expect(wrong).toMatchObject({ verified: false, code: 'WRONG_TYPE', zone: target.name });
      await site.expectFixed(wrong);
    });

    test('an alias to a name that does not exist is wrong, and its replacement verified', async () => {
      const [site, target] = [await internet().newSite(), await internet().newSite()];
      await site.serve(['knot'], `${site.host} CNAME gone.${target.name}.`);
      await target.serve(['nsd'], '');
      await site.delegate('knot');
      await target.delegate('nsd');
      const wrong = await site.check();
      expect(wrong).toMatchObject({ verified: false, code: 'WRONG_TYPE' });
      await site.expectFixed(wrong);
    });

    test('two aliases that point at each other are never verified', async () => {
      const site = await internet().newSite();
      await site.serve(['named'], `${site.host} CNAME loop\nloop CNAME ${site.host}`);
      await site.delegate('named');
      expect(await site.check()).toMatchObject({ verified: false });
    });

    test('name servers that are aliases are still asked', async () => {
      const [site, other] = [await internet().newSite(), await internet().newSite()];
      const [target = ''] = site.serversOf('nsd');
      await other.serve(['knot'], `ns1 CNAME ${target}.`);
      await other.delegate('knot');
      const servers = [`ns1.${other.name}`];
      await site.serve(['nsd'], site.record, { servers });
      await site.register({ servers });
      const checked = await site.check();
      expect(checked).toMatchObject({ verified: true, source: 'authority' });
      expect(checked.nameservers).toMatchObject([{ name: `ns1.${other.name}`, outcome: 'present' }]);
    });
  });

  describe('wildcards', () => {
    test.each(['knot', 'named', 'nsd'] as const)(
      'the SPF record that %s makes of a wildcard is not taken for a DKIM record',
      async (engine) => {
        const site = await internet().newSite();
        await site.serve([engine], '* TXT "v=spf1 -all"\nwww A 192.0.2.1');
        await site.delegate(engine);
        const wildcard = await site.check();
        expect(wildcard).toMatchObject({ verified: false, code: 'WILDCARD_ANSWER' });
        await site.expectFixed(wildcard);
        expect(await site.check()).toMatchObject(RIGHT);
      },
    );

    test('an alias that a wildcard makes is wrong, and the record verified once it is added', async () => {
      const site = await internet().newSite();
      await site.serve(['nsd'], '* CNAME www\nwww A 192.0.2.1');
      await site.delegate('nsd');
      const alias = await site.check();
      expect(alias).toMatchObject({ verified: false, source: 'authority' });
      await site.expectFixed(alias);
      expect(await site.check()).toMatchObject(RIGHT);
    });

    test('a record that a wildcard below _domainkey makes is verified', async () => {
      const site = await internet().newSite();
      await site.serve(['knot', 'nsd'], site.recordAt('*._domainkey'));
      await site.delegate('knot', 'nsd');
      expect(await site.check()).toMatchObject({ verified: true });
    });
  });

  describe('records at wrong places', () => {
    test.each<[string, string, (host: string, domain: string) => string]>([
      ['the zone appended twice', 'HOST_DOUBLED', (host, domain) => `${host}.${domain}`],
      ['the selector alone', 'WRONG_HOST', (host) => host.replace('._domainkey', '')],
      ['the domain itself', 'WRONG_HOST', () => '@'],
    ])('a record at %s is found: %s', async (_, code, hostOf) => {
      const site = await internet().newSite();
      await site.serve(['knot', 'named', 'nsd'], site.recordAt(hostOf(site.host, site.name)));
      await site.delegate('knot', 'named', 'nsd');
      const misplaced = await site.check();
      expect(misplaced).toMatchObject({ verified: false, code });
      await site.expectFixed(misplaced);
    });

    test('a record that a delegation of _domainkey occludes is missing in the zone that it is delegated to', async () => {
      const site = await internet().newSite();
      const delegation = site.serversOf('nsd').map((server) => `_domainkey NS ${server}.`);
      await site.serve(['knot'], [...delegation, site.record].join('\n'));
      await site.serve(['nsd'], '', { origin: `_domainkey.${site.name}` });
      await site.delegate('knot');
      const occluded = await site.check();
      const zone = `_domainkey.${site.name}`;
      expect(occluded).toMatchObject({ verified: false, code: 'RECORD_MISSING', zone, action: { zone } });
      for (const server of site.serversOf('nsd')) expect(occluded.detail).toContain(server);
      await site.expectFixed(occluded);
    });
  });
});
