import { describe, expect, test } from 'vitest';
import { describeBehind } from './internet.ts';
import type { Site } from './site.ts';

/** A key that is not Letterhead's, as another service has it. */
const OTHER = 'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7';

describeBehind(['unbound'], (internet, resolver) => {
  describe('a domain whose registrar and whose zone name different servers', () => {
    test('is verified when one of the registrar’s two providers has the record, at every one of five checks', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record);
      await site.serve(['named'], '');
      await site.delegate('knot', 'named');
      for (let check = 0; check < 5; check++) {
        const checked = await site.check();
        expect(checked).toMatchObject({ verified: true, status: 'verified', code: 'DELEGATION_DIFFERS' });
        expect(checked.nameservers.map(({ name }) => name).sort()).toEqual(
          site.serversOf('knot', 'named').sort(),
        );
        for (const server of site.serversOf('named')) expect(checked.detail).toContain(server);
      }
      await site.expectFixed(await site.check());
    });

    test('is verified when the registrar’s provider has the record, though the zone names one that lacks it', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record, { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], '');
      await site.delegate('knot');
      const differs = await site.check();
      expect(differs).toMatchObject({ verified: true, code: 'DELEGATION_DIFFERS', severity: 'warning' });
      for (const server of site.serversOf('nsd')) expect(differs.detail).toContain(server);
      await site.expectFixed(differs);
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('is verified when the provider that the zone names has the record, though the registrar’s lacks it', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], '', { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], site.record);
      await site.delegate('knot');
      const differs = await site.check();
      expect(differs).toMatchObject({ verified: true, code: 'DELEGATION_DIFFERS', severity: 'warning' });
      for (const server of site.serversOf('knot')) expect(differs.detail).toContain(server);
      await site.expectFixed(differs);
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('is verified when one provider still has another key at the record’s name', async () => {
      const site = await internet().newSite();
      await site.serve(['named'], `${site.host} TXT "${OTHER}"`);
      await site.serve(['nsd'], site.record);
      await site.delegate('named', 'nsd');
      const differs = await site.check();
      expect(differs).toMatchObject({ verified: true, code: 'DELEGATION_DIFFERS' });
      await site.expectFixed(differs);
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('has nothing to change about them while the resolver remembers those of before a move', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], '', { ttl: 3600 });
      await site.delegate('knot');
      await site.check();
      await site.serve(['nsd'], site.record);
      await site.delegate('nsd');
      const moved = { verified: true, code: 'DELEGATION_DIFFERS' };
      expect(await site.checkAgain()).toMatchObject({ ...moved, action: null, fix: null });
      await site.serve(['knot'], site.record, { ttl: 3600 });
      await site.serve(['nsd'], '');
      const behind = await site.checkAgain();
      expect(behind).toMatchObject({ ...moved, action: { kind: 'add', type: 'TXT' } });
      await site.expectFixed(behind);
    });

    test('is verified without a warning when both have the record', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record, { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], site.record);
      await site.delegate('knot');
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('has a missing record when neither has it, and is verified once it is added', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], '', { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], '');
      await site.delegate('knot');
      const missing = await site.check();
      expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING' });
      expect(missing.nameservers.map(({ name }) => name).sort()).toEqual(
        site.serversOf('knot', 'nsd').sort(),
      );
      await site.expectFixed(missing);
    });

    test('keeps verified while either side has the record, and is lost only when both lack it', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record, { servers: site.serversOf('named') });
      await site.serve(['named'], site.record);
      await site.delegate('knot');
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
      await site.serve(['named'], '');
      for (let check = 0; check < 3; check++)
        expect(await site.check()).toMatchObject({ verified: true, status: 'verified' });
      await site.serve(['named'], site.record);
      await site.serve(['knot'], '', { servers: site.serversOf('named') });
      for (let check = 0; check < 3; check++)
        expect(await site.check()).toMatchObject({ verified: true, status: 'verified' });
      await site.serve(['named'], '');
      expect(await site.check()).toMatchObject({ verified: false, code: 'RECORD_MISSING' });
    });

    test('is verified by the registrar’s servers when those that the zone names are gone', async () => {
      const site = await internet().newSite();
      const servers = [`ns1.${site.name}`];
      await site.serve(['knot'], `${site.record}\nns1 A ${internet().tree.newAddress()}`, { servers });
      await site.delegate('knot');
      expect(await site.check()).toMatchObject({ verified: true, source: 'authority' });
    });

    test('is not lost when the registrar’s servers refuse and the zone’s old copy lacks the record', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record);
      await site.delegate('knot');
      expect(await site.check()).toMatchObject({ verified: true });
      await site.serve(['named'], '', { servers: site.serversOf('named') });
      await site.drop('knot');
      const checked = await site.check();
      expect(checked).toMatchObject({ verified: true, transient: true });
      expect(checked.nameservers.map(({ name, outcome }) => [name, outcome])).toEqual(
        site.serversOf('knot').map((server) => [server, 'refused']),
      );
    });
  });

  describe('a delegated subdomain that names other servers than the zone above it', () => {
    const delegateAtKnot = async (site: Site) => {
      const above = site.serversOf('knot').map((server) => `mail NS ${server}.`);
      await site.serve(['named'], above.join('\n'), { origin: site.registrable });
      await site.delegate('named');
    };

    test('is verified when its own servers have the record, though those that the zone above names lack it', async () => {
      const site = await internet().newSite('mail.');
      await delegateAtKnot(site);
      await site.serve(['knot'], '', { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], site.record);
      const differs = await site.check();
      expect(differs).toMatchObject({
        verified: true,
        code: 'DELEGATION_DIFFERS',
        action: { kind: 'replace', zone: site.registrable, type: 'NS', host: 'mail' },
      });
      for (const server of site.serversOf('knot')) expect(differs.detail).toContain(server);
      await site.expectFixed(differs);
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('keeps verified while either side has the record, and is lost only when both lack it', async () => {
      const site = await internet().newSite('mail.');
      await delegateAtKnot(site);
      await site.serve(['knot'], site.record, { servers: site.serversOf('nsd') });
      await site.serve(['nsd'], '');
      expect(await site.check()).toMatchObject({ verified: true, code: 'DELEGATION_DIFFERS' });
      await site.serve(['knot'], '', { servers: site.serversOf('nsd') });
      expect(await site.check()).toMatchObject({ verified: false, code: 'RECORD_MISSING' });
    });
  });

  describe('a domain whose servers disagree', () => {
    test('is verified, and the servers that lack the record are named', async () => {
      const site = await internet().newSite();
      const servers = site.serversOf('knot', 'nsd');
      await site.serve(['knot'], site.record, { servers });
      await site.serve(['nsd'], '', { servers });
      await site.register({ servers });
      const disagree = await site.check();
      expect(disagree).toMatchObject({ verified: true, code: 'NAMESERVERS_DISAGREE' });
      for (const server of site.serversOf('nsd')) expect(disagree.detail).toContain(server);
      for (const server of site.serversOf('knot')) expect(disagree.fix).not.toContain(server);
      await site.expectFixed(disagree);
      expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    });

    test('has its record at the wrong provider when it was added where the registrar does not point', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], '');
      await site.serve(['nsd'], site.record);
      await site.delegate('knot');
      const missing = await site.check();
      expect(missing).toMatchObject({ verified: false, code: 'RECORD_MISSING' });
      for (const server of site.serversOf('knot')) expect(missing.detail).toContain(server);
      await site.expectFixed(missing);
    });
  });

  describe('a name server of which the registrar and the zone have different addresses', () => {
    // bind9 gives the registrar's address along with the name, and Letterhead asks it for no other.
    test.each(resolver.startsWith('bind9') ? [true] : [true, false])(
      'a record at one of them is verified: at the registrar’s, %s',
      async (isAtGlue) => {
        const site = await internet().newSite();
        const server = `ns1.${site.name}`;
        const { knot, nsd } = internet().tree.providers;
        const [old = ''] = knot.authority.addresses;
        const [current = ''] = nsd.authority.addresses;
        const [has, lacks] = [site.record, 'www A 192.0.2.1'];
        const address = `ns1 A ${current}`;
        await site.serve(['knot'], `${address}\n${isAtGlue ? has : lacks}`, { servers: [server] });
        await site.serve(['nsd'], `${address}\n${isAtGlue ? lacks : has}`, { servers: [server] });
        await site.register({ servers: [server], glue: { [server]: old } });
        expect(await site.check()).toMatchObject({ verified: true });
      },
    );
  });

  describe('a domain whose registration ends', () => {
    test('is lost when the registry deletes it', async () => {
      const site = await internet().newSite();
      await site.serve(['nsd'], site.record);
      await site.delegate('nsd');
      expect(await site.check()).toMatchObject({ verified: true });
      await site.register(null);
      expect(await site.check()).toMatchObject({ verified: false, code: 'DOMAIN_NOT_FOUND' });
    });

    test('is lost when the registrar parks it at servers that answer everything with an address', async () => {
      const site = await internet().newSite();
      await site.serve(['nsd'], site.record);
      await site.delegate('nsd');
      expect(await site.check()).toMatchObject({ verified: true });
      await site.serve(['named'], '* A 192.0.2.1\n@ A 192.0.2.1');
      await site.delegate('named');
      const parked = await site.check();
      expect(parked).toMatchObject({ verified: false, source: 'authority' });
      for (const server of site.serversOf('named')) expect(parked.detail).toContain(server);
    });

    test('stays verified when its provider refuses, and the refusal is told', async () => {
      const site = await internet().newSite();
      await site.serve(['knot'], site.record);
      await site.delegate('knot');
      expect(await site.check()).toMatchObject({ verified: true });
      await site.drop('knot');
      expect(await site.check()).toMatchObject({ verified: true, code: 'DNS_REFUSED', transient: true });
    });
  });
});
