import { expect, test } from 'vitest';
import { askForTxt } from './engine.ts';
import { describeBehind } from './internet.ts';

describeBehind(['unbound that validates', 'bind9', 'dnsmasq before unbound'], (internet, resolver) => {
  test('a resolver that still remembers the record’s absence does not hide the record', async () => {
    const site = await internet().newSite();
    const ttl = 300;
    await site.serve(['knot'], '', { ttl });
    await site.delegate('knot');
    expect(await askForTxt(internet().resolver.address, site.fqdn)).toBeUndefined();
    const planted = Date.now();
    await site.serve(['knot'], site.record, { ttl });
    const cached = await site.checkAgain();
    expect(cached).toMatchObject({ verified: true, code: 'NEGATIVE_CACHED', severity: 'info' });
    const clears = cached.clears_at?.getTime() ?? 0;
    expect(clears).toBeGreaterThan(planted + (ttl - 30) * 1000);
    expect(clears).toBeLessThanOrEqual(Date.now() + ttl * 1000);
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('checks of a missing record plant nothing in the resolver', async () => {
    const site = await internet().newSite();
    await site.serve(['nsd'], '', { ttl: 300 });
    await site.delegate('nsd');
    expect(await site.checkAgain()).toMatchObject({ verified: false, code: 'RECORD_MISSING' });
    await site.serve(['nsd'], site.record, { ttl: 300 });
    expect(await askForTxt(internet().resolver.address, site.fqdn)).toEqual([expect.anything()]);
    expect(await site.checkAgain()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a resolver that still remembers that the servers failed does not hide the record', async () => {
    const site = await internet().newSite();
    await internet().tree.providers.knot.authority.serveBroken(site.name);
    await site.delegate('knot');
    for (const name of [site.fqdn, site.name]) await askForTxt(internet().resolver.address, name);
    await site.serve(['knot'], site.record);
    const checked = await site.checkAgain();
    expect(checked).toMatchObject({ verified: true, source: 'authority' });
    expect(['OK', 'RESOLVER_FAILS']).toContain(checked.code);
    expect(await site.check()).toMatchObject({ verified: true, code: 'OK' });
  });

  test('a domain that was not registered yet is checked at its servers as soon as it is', async () => {
    const site = await internet().newSite();
    expect(await site.check()).toMatchObject({ verified: false, code: 'DOMAIN_NOT_FOUND' });
    await site.serve(['named'], site.record);
    await site.delegate('named');
    expect(await site.check(), resolver).toMatchObject({ verified: true, code: 'OK' });
  });
});
