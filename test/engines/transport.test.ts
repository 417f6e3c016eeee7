import { expect, test } from 'vitest';
import type { AuthorityName } from './authority.ts';
import { describeBehind, type Internet } from './internet.ts';
import type { Site } from './site.ts';

const ENGINES = ['knot', 'named', 'nsd'] as const;
const RIGHT = { verified: true, code: 'OK', source: 'authority' };

describeBehind(['bind9 that validates'], (internet) => {
  test.each(ENGINES)('an answer of %s that no datagram holds is read over TCP', async (engine) => {
    const site = await internet().newSite();
    await site.serve([engine], site.recordAt(site.host, `${site.value};n=${'x'.repeat(1300)}`));
    await site.delegate(engine);
    expect(await site.check()).toMatchObject(RIGHT);
  });

  test.each(ENGINES)('a record that %s serves over IPv6 alone is verified', async (engine) => {
    const site = await internet().newSite();
    const address = internet().tree.newIpv6Address();
    await serveAt(internet(), site, { engine, address });
    const checked = await site.check();
    expect(checked).toMatchObject(RIGHT);
    expect(checked.nameservers).toMatchObject([{ name: `ns1.${site.name}`, address }]);
  });

  test('a server that limits the rate of its answers does not hide where the record landed', async () => {
    const site = await internet().newSite();
    const address = internet().tree.newAddress();
    const extra = 'rate-limit { responses-per-second 5; };';
    const record = site.recordAt(`${site.host}.${site.name}`);
    await serveAt(internet(), site, { engine: 'named', address, extra, record });
    const doubled = await site.check();
    expect(doubled).toMatchObject({ verified: false, code: 'HOST_DOUBLED' });
    await site.expectFixed(doubled);
  });
});

interface Server {
  readonly engine: AuthorityName;
  readonly address: string;
  readonly extra?: string;
  readonly record?: string;
}

/** Serves a site from a name server of its own, which lies in its zone. */
async function serveAt(
  { tree }: Internet,
  site: Site,
  { engine, address, extra, record = site.record }: Server,
) {
  const authority = await tree.startAuthority(engine, {
    addresses: [address],
    ...(extra === undefined ? {} : { extra }),
  });
  const server = `ns1.${site.name}`;
  const type = address.includes(':') ? 'AAAA' : 'A';
  await site.serve([authority], `ns1 ${type} ${address}\n${record}`, { servers: [server] });
  await site.register({ servers: [server], glue: { [server]: address } });
}
