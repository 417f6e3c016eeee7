import { Resolver } from 'node:dns/promises';
import { expect, test } from 'vitest';
import { startLoopbackDns } from './loopback-dns.ts';
import { NameServer } from './name-server.ts';

function ask(server: NameServer): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`${server.address}:${server.port}`]);
  return resolver;
}

test('another DNS implementation reads what the test name server says', async () => {
  await using server = await NameServer.start({
    zones: {
      'example.org': {
        '@': { NS: ['ns1.example.org'], MX: ['10 mx.example.org'] },
        long: { TXT: ['x'.repeat(600)] },
        split: { TXT: [['one', 'two'], 'three'] },
        many: { TXT: Array.from({ length: 50 }, (_, i) => `record ${i} ${'.'.repeat(60)}`) },
        www: { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
        alias: { CNAME: 'www.example.org' },
        '*.wild': { TXT: ['anything'] },
        'below.nothing': { TXT: ['here'] },
      },
    },
  });
  const resolver = ask(server);
  expect(await resolver.resolveTxt('long.example.org')).toEqual([
    ['x'.repeat(255), 'x'.repeat(255), 'x'.repeat(90)],
  ]);
  expect(await resolver.resolveTxt('split.example.org')).toEqual([['one', 'two'], ['three']]);
  expect(await resolver.resolveTxt('many.example.org')).toHaveLength(50);
  expect(server.queriesFor('many.example.org').map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
  expect(await resolver.resolveMx('example.org')).toMatchObject([
    { priority: 10, exchange: 'mx.example.org' },
  ]);
  expect(await resolver.resolveSoa('example.org')).toMatchObject({ minttl: 300 });
  expect(await resolver.resolve4('alias.example.org')).toEqual(['192.0.2.1']);
  expect(await resolver.resolve6('www.example.org')).toEqual(['2001:db8::1']);
  expect(await resolver.resolveTxt('a.b.wild.example.org')).toEqual([['anything']]);
  await expect(resolver.resolveTxt('no.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolveTxt('nothing.example.org')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolveTxt('example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
});

test('a zone of the test name server changes while it is served, and a resolver can remember an absence', async () => {
  await using net = await startLoopbackDns();
  net.resolver.remembersAbsence = true;
  const resolver = ask(net.resolver);
  await expect(resolver.resolveTxt('new.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  net.publish('new.example.org', { TXT: ['now'] });
  await expect(resolver.resolveTxt('new.example.org')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  net.resolver.cache.clear();
  expect(await resolver.resolveTxt('new.example.org')).toEqual([['now']]);
});
