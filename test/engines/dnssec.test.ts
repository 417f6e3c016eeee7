import { expect, test } from 'vitest';
import { describeBehind } from './internet.ts';
import { breakSignature, signedBy } from './signing.ts';

const BROKEN = { code: 'DNSSEC_BROKEN', severity: 'warning', transient: true };

describeBehind(['unbound that validates', 'bind9'], (internet, resolver) => {
  const validates = resolver.includes('validates');

  test('a DS record that a move has left behind is found, and the domain verified once it is removed', async () => {
    const site = await internet().newSite();
    const key = await internet().tree.newKey(site.name);
    await site.serve(['nsd'], site.record);
    await site.register({ servers: site.serversOf('nsd'), ds: [key.ds] });
    const broken = await site.check();
    expect(broken).toMatchObject({ ...BROKEN, verified: false, status: 'pending' });
    expect(broken.fix).toContain(`At the registrar of ${site.name}`);
    await site.expectFixed(broken);
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a DS record of another key is found, and the domain verified once it is replaced', async () => {
    const site = await internet().newSite();
    const [old, key] = [await internet().tree.newKey(site.name), await internet().tree.newKey(site.name)];
    await site.serve(['knot'], site.record, signedBy(key));
    await site.register({ servers: site.serversOf('knot'), ds: [old.ds] });
    expect(await site.check()).toMatchObject({ ...BROKEN, verified: false });
    await site.register({ servers: site.serversOf('knot'), ds: [key.ds] });
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a zone whose signatures have expired is told apart from servers that fail', async () => {
    const site = await internet().newSite();
    const key = await internet().tree.newKey(site.name);
    await site.serve(['named'], site.record, signedBy(key, { expired: true }));
    await site.register({ servers: site.serversOf('named'), ds: [key.ds] });
    const expected = validates ? { ...BROKEN, verified: false } : { verified: true };
    expect(await site.check()).toMatchObject(expected);
    await site.serve(['named'], site.record, signedBy(key));
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a verified domain keeps verified when its signatures expire, and it is said', async () => {
    const site = await internet().newSite();
    const key = await internet().tree.newKey(site.name);
    await site.serve(['nsd'], site.record, signedBy(key));
    await site.register({ servers: site.serversOf('nsd'), ds: [key.ds] });
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
    await site.serve(['nsd'], site.record, signedBy(key, { expired: true }));
    expect(await site.check()).toMatchObject({ verified: true, ...(validates ? BROKEN : {}) });
  });

  test('a record whose own signature alone is broken is not called right where the resolver refuses it', async () => {
    const site = await internet().newSite();
    const key = await internet().tree.newKey(site.name);
    const how = {
      finish: async (text: string, zone: Parameters<typeof key.sign>[1]) =>
        breakSignature(await key.sign(text, zone), site.fqdn, 'TXT'),
    };
    await site.serve(['nsd'], site.record, how);
    await site.register({ servers: site.serversOf('nsd'), ds: [key.ds] });
    const checked = await site.check();
    if (validates) expect(['DNSSEC_BROKEN', 'RESOLVER_FAILS']).toContain(checked.code);
    else expect(checked).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a record that is missing in a zone with a left-over DS record is not called missing by a failing resolver', async () => {
    const site = await internet().newSite();
    const key = await internet().tree.newKey(site.name);
    await site.serve(['knot'], '');
    await site.register({ servers: site.serversOf('knot'), ds: [key.ds] });
    const checked = await site.check();
    expect(checked).toMatchObject({ ...BROKEN, verified: false });
    expect(checked.nameservers.map(({ outcome }) => outcome)).toEqual(['absent', 'absent']);
  });

  test('a domain whose key is being replaced is verified while one of its DS records fits', async () => {
    const site = await internet().newSite();
    const [old, key] = [await internet().tree.newKey(site.name), await internet().tree.newKey(site.name)];
    await site.serve(['knot', 'nsd'], site.record, signedBy(key));
    await site.register({ servers: site.serversOf('knot', 'nsd'), ds: [old.ds, key.ds] });
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a DS record of an algorithm that nobody knows breaks nothing', async () => {
    const site = await internet().newSite();
    await site.serve(['nsd'], site.record);
    await site.register({ servers: site.serversOf('nsd'), ds: [`12345 200 2 ${'ab'.repeat(32)}`] });
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a DS record for a delegated _domainkey that is not signed is found, and the domain verified without it', async () => {
    const site = await internet().newSite();
    const zone = `_domainkey.${site.name}`;
    const [key, left] = [await internet().tree.newKey(site.name), await internet().tree.newKey(zone)];
    const delegation = site.serversOf('nsd').map((server) => `_domainkey NS ${server}.`);
    await site.serve(['nsd'], site.recordAt(site.host.replace('._domainkey', '')), { origin: zone });
    await site.serve(['knot'], [...delegation, `_domainkey DS ${left.ds}`].join('\n'), signedBy(key));
    await site.register({ servers: site.serversOf('knot'), ds: [key.ds] });
    const broken = await site.check();
    if (validates) {
      expect(broken).toMatchObject({ ...BROKEN, verified: false, zone, action: null });
      expect(broken.fix).toContain(`the domain above ${zone}, remove the DS record`);
    } else expect(broken).toMatchObject({ verified: true });
    await site.serve(['knot'], delegation.join('\n'), signedBy(key));
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('an alias into a zone whose DNSSEC is broken is told apart from a zone of its own that is', async () => {
    const [site, other] = [await internet().newSite(), await internet().newSite()];
    const key = await internet().tree.newKey(other.name);
    await site.serve(['knot'], `${site.host} CNAME key.${other.name}.`);
    await site.delegate('knot');
    await other.serve(['nsd'], site.recordAt('key'));
    await other.register({ servers: site.serversOf('nsd'), ds: [key.ds] });
    const broken = await site.check();
    if (!validates) expect(broken).toMatchObject({ verified: true });
    else expect(broken).toMatchObject({ ...BROKEN, verified: false, action: null });
    if (validates) expect(broken.detail).toContain(other.name);
  });
});
