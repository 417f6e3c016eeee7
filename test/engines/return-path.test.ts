import { expect, test } from 'vitest';
import type { AuthorityName } from './authority.ts';
import { describeBehind } from './internet.ts';
import type { Site } from './site.ts';

describeBehind(['unbound that validates'], (internet) => {
  test.each<[what: string, code: string, provider: AuthorityName, lines: (site: Site) => string]>([
    [
      'was added with the domain twice, beside an address and a TXT record',
      'HOST_DOUBLED',
      'named',
      ({ name, returnPath: { hostname, value } }) =>
        `${hostname}.${name} CNAME ${value}.\n${hostname} A 192.0.2.1\n${hostname} TXT "x"`,
    ],
    [
      'was added with the domain twice in the host and appended to the target',
      'HOST_DOUBLED',
      'knot',
      ({ name, returnPath: { hostname, value } }) => `${hostname}.${name} CNAME ${value}.${name}.`,
    ],
    [
      'is an address, below a wildcard alias',
      'CNAME_FLATTENED',
      'nsd',
      ({ returnPath: { hostname } }) => `* CNAME www\nwww A 192.0.2.1\n${hostname} A 192.0.2.1`,
    ],
    [
      'is an address with a CAA record',
      'CNAME_FLATTENED',
      'named',
      ({ returnPath: { hostname } }) => `${hostname} A 192.0.2.1\n${hostname} CAA 0 issue "ca.example"`,
    ],
    ...(['knot', 'named', 'nsd'] as const).map(
      (engine): [string, string, AuthorityName, (site: Site) => string] => [
        `is the address that a wildcard of ${engine} gives to all other names`,
        'CNAME_FLATTENED',
        engine,
        ({ returnPath: { hostname } }) => `* A 192.0.2.1\n${hostname} A 192.0.2.1`,
      ],
    ),
  ])('a Return-Path that %s is right once its fix is followed', async (_, code, provider, lines) => {
    const site = await internet().newSite();
    await site.serve([provider], lines(site));
    await site.delegate(provider);
    const checked = await site.checkReturnPath();
    expect(checked).toMatchObject({ code });
    await site.expectReturnPathFixed(checked);
  });

  test('a Return-Path host that is a zone of its own is right once its NS records are replaced', async () => {
    const site = await internet().newSite();
    const { hostname } = site.returnPath;
    const delegation = site.serversOf('nsd').map((server) => `${hostname} NS ${server}.`);
    await site.serve(['named'], delegation.join('\n'));
    await site.serve(['nsd'], '@ A 192.0.2.1', { origin: `${hostname}.${site.name}` });
    await site.delegate('named');
    const checked = await site.checkReturnPath();
    expect(checked).toMatchObject({ code: 'WRONG_TYPE', zone: site.name });
    await site.expectReturnPathFixed(checked);
  });

  test('a Return-Path that was added as an NS record is unknown, and the fix takes that away', async () => {
    const site = await internet().newSite();
    const { hostname, value } = site.returnPath;
    await site.serve(['knot'], `${hostname} NS ${value}.`);
    await site.delegate('knot');
    const checked = await site.checkReturnPath();
    const zone = `${hostname}.${site.name}`;
    expect(checked).toMatchObject({ code: 'DNS_TIMEOUT', transient: true, zone, action: null });
    expect(checked.title).toBe(`The name servers of ${zone} have no address`);
    expect(checked.fix).toContain(
      `in the DNS settings of the domain above, remove the NS records of ${zone}.`,
    );
  });

  test('a Return-Path host that is delegated to a server without its zone is unknown, and the fix is for that zone', async () => {
    const site = await internet().newSite();
    const { hostname } = site.returnPath;
    const delegation = site.serversOf('named').map((server) => `${hostname} NS ${server}.`);
    await site.serve(['named'], delegation.join('\n'));
    await site.delegate('named');
    const checked = await site.checkReturnPath();
    const zone = `${hostname}.${site.name}`;
    expect(checked).toMatchObject({ code: 'DNS_LAME', transient: true, zone, action: null });
    expect(checked.fix).toContain(`Ask your DNS provider to set up ${zone} on ns1.named.example`);
  });

  test('a Return-Path that is an address at one of two providers is right once that is taken away', async () => {
    const site = await internet().newSite();
    const { hostname, value } = site.returnPath;
    const servers = site.serversOf('named', 'nsd');
    await site.serve(['named'], `${hostname} CNAME ${value}.`, { servers });
    await site.serve(['nsd'], `${hostname} A 192.0.2.1`, { servers });
    await site.register({ servers });
    const checked = await site.checkReturnPath();
    expect(checked).toMatchObject({ code: 'NAMESERVERS_DISAGREE' });
    await site.expectReturnPathFixed(checked);
  });
});
