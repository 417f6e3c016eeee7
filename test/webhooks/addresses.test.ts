import { expect, test } from 'vitest';
import { Sender, toTarget } from '../../server/webhooks/sender.ts';
import { startTestServer } from '../running-server.ts';
import { startReceiver } from './receiver.ts';

/** The loopback address, and others that are not public, as URLs can spell them. */
const PRIVATE_HOSTS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '0x7f000001',
  '017700000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '１２７.0.0.1',
  '0',
  '10.0.0.1',
  '169.254.169.254',
  '192.168.0.1',
  '100.64.0.1',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fd00::1]',
];

test('a URL that is not https, or at an address that is not public, is refused in every spelling', async () => {
  await using server = await startTestServer();
  const create = (url: string) => server.rest('POST', '/accounts/1/webhooks', { json: { url } });
  const urls = [
    ...PRIVATE_HOSTS.map((host) => `https://${host}/`),
    'http://hooks.example.org/',
    'ftp://hooks.example.org/',
    'file:///etc/passwd',
    'hooks.example.org',
    'https://user:secret@hooks.example.org/',
    `https://hooks.example.org/${'x'.repeat(2_000)}`,
    '',
  ];
  for (const url of urls) {
    const { status, body } = await create(url);
    expect([url, status, body.code]).toEqual([url, 422, 'invalid']);
    expect(Object.keys(body.errors)).toEqual(['url']);
  }
  expect((await create('https://8.8.8.8/')).status).toBe(201);
  expect((await create('https://hooks.example.org/')).status).toBe(201);
});

test('a name that leads to no public address is not connected to, and the delivery says where it leads', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer();
  const { port } = receiver;
  server.dns.publish('private.example.org', { A: ['127.0.0.1'] });
  server.dns.publish('mixed.example.org', { A: ['10.1.2.3', '127.0.0.1'], AAAA: ['::1'] });
  const many = Array.from({ length: 300 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
  server.dns.publish('many.example.org', { A: many });
  server.dns.publish('alias.example.org', { CNAME: 'private.example.org' });
  server.dns.resolver.faults.set('failing.example.org', 'servfail');
  for (const [host, error] of [
    ['private.example.org', 'private.example.org is 127.0.0.1, which is not a public address.'],
    ['alias.example.org', 'alias.example.org is 127.0.0.1, which is not a public address.'],
    ['mixed.example.org', expect.stringContaining('::1, which is not a public address.')],
    ['many.example.org', expect.stringMatching(/^.{30,300} and others, which is not a public address\.$/)],
    ['none.example.org', 'DNS knows no address of none.example.org.'],
    ['failing.example.org', 'The DNS gave no answer for the address of failing.example.org.'],
  ]) {
    const { body } = await server.rest('POST', '/accounts/1/webhooks', {
      json: { url: `https://${host}:${port}/` },
    });
    const tested = await server.rest('POST', `/accounts/1/webhooks/${body.data.id}/test`);
    expect(tested.body.data).toMatchObject({ status: null, delivered: false, error });
  }
  expect(receiver.received).toEqual([]);
});

test('a name is looked up once for a connection, which goes to what came back, and one that leads to loopback now is not connected to', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer();
  server.dns.publish('moving.example.org', { A: ['127.0.0.1'] });
  const resolvers = [{ address: '127.0.0.1', port: server.dns.port }];
  const options = { resolvers, clock: () => new Date() };
  const target = toTarget(`http://moving.example.org:${receiver.port}/`, [`whsec_${'A'.repeat(43)}=`]);
  const send = (sender: Sender) =>
    sender.send(target, { id: 'evt_1_1', body: '{}' }, new AbortController().signal);
  const anywhere = new Sender({ ...options, allowPrivate: true });
  const publicOnly = new Sender({ ...options, allowPrivate: false });
  // The name is good for a sender that may go anywhere, so it is the rule that keeps the other one out.
  expect(await send(anywhere)).toMatchObject({ status: 204 });
  // A second look-up could be told another address than the one that was judged.
  expect(server.dns.resolver.queriesFor('moving.example.org', 'A')).toHaveLength(1);
  for (const address of ['192.0.2.1', '127.0.0.1']) {
    server.dns.publish('moving.example.org', { A: [address] });
    expect(await send(publicOnly)).toMatchObject({
      status: null,
      error: `moving.example.org is ${address}, which is not a public address.`,
    });
  }
  expect(receiver.received).toHaveLength(1);
  await anywhere.close();
  await publicOnly.close();
});

test('a proxy that the environment names is not used', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startReceiver();
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY']) process.env[name] = proxy.url;
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const { body } = await server.rest('POST', '/accounts/1/webhooks', { json: { url: receiver.url } });
  const tested = await server.rest('POST', `/accounts/1/webhooks/${body.data.id}/test`);
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY']) delete process.env[name];
  expect(tested.body.data).toMatchObject({ status: 204 });
  expect(proxy.received).toEqual([]);
});
