import { createLetterhead } from '@letterhead/client';
import { expect, test } from 'vitest';
import { chunk, END, picture, pixels } from '../auth/picture.ts';
import { startTestServer } from '../running-server.ts';
import { sendHttp } from '../security/http-request.ts';

const LOGO = picture();
const BASE64 = LOGO.toString('base64');

test('an account begins without a profile, or with one, and is changed field by field over both APIs', async () => {
  await using server = await startTestServer();
  const { letterhead } = server;
  const own = await letterhead.accounts.get.query({ account: 1 });
  expect([own.display_name, own.contact_email, own.logo]).toEqual([null, null, null]);
  const created = await server.rest('POST', '/accounts', {
    form: 'name=acme-7&display_name=Acme+Help+Desk&contact_email=help@acme.example',
  });
  expect(created.body.data).toMatchObject({
    id: 2,
    name: 'acme-7',
    display_name: 'Acme Help Desk',
    contact_email: 'help@acme.example',
    logo: null,
    suspended: false,
  });
  const renamed = await server.rest('PATCH', '/accounts/2', { json: { display_name: '  Acme  ' } });
  expect(renamed.body.data).toMatchObject({
    name: 'acme-7',
    display_name: 'Acme',
    contact_email: 'help@acme.example',
  });
  const cleared = await server.rest('PATCH', '/accounts/2', { form: 'display_name=&contact_email=' });
  expect(cleared.body.data).toMatchObject({ display_name: null, contact_email: null });
  const shown = await letterhead.accounts.update.mutate({ account: 2, display_name: 'Ünï 👩‍💻' });
  expect(shown.display_name).toBe('Ünï 👩‍💻');
  const events = await letterhead.events.list.query({ account: 2 });
  expect(events.map(({ type, changes }) => [type, changes])).toEqual([
    ['account.created', { name: 'acme-7' }],
    ['account.updated', { display_name: { from: 'Acme Help Desk', to: 'Acme' } }],
    [
      'account.updated',
      { display_name: { from: 'Acme', to: null }, contact_email: { from: 'help@acme.example', to: null } },
    ],
    ['account.updated', { display_name: { from: null, to: 'Ünï 👩‍💻' } }],
  ]);
});

test('a change that changes nothing has no event', async () => {
  await using server = await startTestServer();
  const { accounts, events } = server.letterhead;
  const change = { account: 1, display_name: 'Acme', contact_email: 'a@acme.example', logo: BASE64 };
  const changed = await accounts.update.mutate(change);
  expect(await accounts.update.mutate(change)).toEqual(changed);
  expect(await accounts.update.mutate({ account: 1 })).toEqual(changed);
  const all = await events.list.query({ account: 1 });
  expect(all.filter(({ type }) => type === 'account.updated')).toHaveLength(1);
});

const REFUSED: [string, Record<string, unknown>, RegExp][] = [
  ['a display name over 100 characters', { display_name: 'x'.repeat(101) }, /at most 100 characters/],
  ['a display name of several lines', { display_name: 'Acme\nHelp' }, /line breaks and invisible/],
  ['a display name that turns around what follows', { display_name: 'Acme \u202e' }, /invisible/],
  ['an address without a domain', { contact_email: 'help' }, /e-mail address, such as/],
  ['two addresses', { contact_email: 'a@acme.example, b@acme.example' }, /e-mail address, such as/],
  ['an address with markup', { contact_email: '<b>@acme.example' }, /e-mail address, such as/],
  ['a header in an address', { contact_email: 'a@acme.example?bcc=b@acme.example' }, /e-mail address/],
  ['an address of 255 characters', { contact_email: `${'x'.repeat(242)}@acme.example` }, /254 characters/],
  ['a logo that is no picture', { logo: 'aGVsbG8=' }, /it is not a PNG/],
  ['a logo that is not Base64', { logo: 'no base64!' }, /it is not Base64/],
  ['an SVG', { logo: `data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}` }, /not Base64/],
  [
    'a logo with a script after its end',
    { logo: picture({ after: Buffer.from('<script>') }).toString('base64') },
    /something after its end/,
  ],
];

test.each(REFUSED)('a profile is refused as a field of its own: %s', async (_name, fields, message) => {
  await using server = await startTestServer();
  const { status, body } = await server.rest('PATCH', '/accounts/1', { json: fields });
  expect([status, body.code]).toEqual([422, 'invalid']);
  expect(body.errors[Object.keys(fields)[0] ?? '']).toEqual([expect.stringMatching(message)]);
  const { display_name, contact_email, logo } = await server.letterhead.accounts.get.query({ account: 1 });
  expect([display_name, contact_email, logo]).toEqual([null, null, null]);
});

test('a logo is served as a PNG and nothing else, to be cached forever, to those without a token', async () => {
  await using server = await startTestServer();
  const { logo } = await server.letterhead.accounts.update.mutate({ account: 1, logo: BASE64 });
  expect(logo).toMatch(/^\/logos\/1\/[0-9a-f]{64}\.png$/);
  const response = await fetch(`${server.url}${logo}`);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(LOGO)).toBe(true);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    etag: `"${logo?.slice(9, -4)}"`,
  });
});

test('a logo is taken in a data URL, in lines, and as a form, and another one has another path', async () => {
  await using server = await startTestServer();
  const patch = async (options: object) =>
    (await server.rest('PATCH', '/accounts/1', options)).body.data.logo;
  const first = await patch({ json: { logo: `data:image/png;base64,${BASE64}` } });
  expect(await patch({ json: { logo: BASE64.replace(/.{76}/g, '$&\n') } })).toBe(first);
  expect(await patch({ form: new URLSearchParams({ logo: BASE64 }).toString() })).toBe(first);
  const second = await patch({ json: { logo: picture({ width: 32 }).toString('base64') } });
  expect(second).not.toBe(first);
  expect((await fetch(`${server.url}${first}`)).status).toBe(404);
  expect((await fetch(`${server.url}${second}`)).status).toBe(200);
  expect(await patch({ json: { logo: null } })).toBeNull();
  expect((await fetch(`${server.url}${second}`)).status).toBe(404);
});

test('the answer where there is no logo does not tell whether there is an account', async () => {
  await using server = await startTestServer();
  const hash = '0'.repeat(64);
  const paths = ['1', '2', '0', '01', 'x', '99999999999999999999'].map((id) => `/logos/${id}/${hash}.png`);
  for (const path of [...paths, '/logos/1/x', `/logos/1/${hash}`]) {
    const { status, text } = await sendHttp(server.url, { path });
    expect([path, status, JSON.parse(text).code]).toEqual([path, 404, 'not_found']);
  }
});

test('the largest logo fits into a request of both APIs, and a larger body is refused', async () => {
  await using server = await startTestServer();
  const frame = picture({ chunks: [pixels(64), END] }).length + 12;
  const filled = (size: number) =>
    picture({ chunks: [chunk('tEXt', Buffer.alloc(size - frame, 120)), pixels(64), END] }).toString('base64');
  const largest = filled(64 * 1024);
  const { logo } = await server.letterhead.accounts.update.mutate({ account: 1, logo: largest });
  expect((await server.rest('PATCH', '/accounts/1', { json: { logo: largest } })).body.data.logo).toBe(logo);
  const form = new URLSearchParams({ logo: largest }).toString();
  expect((await server.rest('PATCH', '/accounts/1', { form })).body.data.logo).toBe(logo);
  const larger = await server.rest('PATCH', '/accounts/1', { json: { logo: filled(64 * 1024 + 1) } });
  expect(larger.body.errors.logo).toEqual([expect.stringContaining('it is too large')]);
  const json = { name: 'x', padding: 'x'.repeat(128 * 1024) };
  expect((await server.rest('PATCH', '/accounts/1', { json })).status).toBe(413);
  const others = await server.rest('POST', '/accounts', {
    json: { ...json, padding: 'x'.repeat(64 * 1024) },
  });
  expect(others.status).toBe(413);
  const call = server.letterhead.accounts.create.mutate({ name: 'x'.repeat(64 * 1024) });
  await expect(call).rejects.toMatchObject({ data: { code: 'payload_too_large' } });
});

test('the page of a share link is told who asks: the display name, or else the name, with contact and logo', async () => {
  await using server = await startTestServer();
  const { accounts, domains, shares } = server.letterhead;
  const { id } = await domains.create.mutate({ account: 1, domain: 'example.org' });
  const { token } = await shares.create.mutate({ account: 1, id });
  const { share } = createLetterhead({ url: server.url, token });
  const before = await share.view.query();
  expect(before.account).toEqual({ name: 'Help desk', contact_email: null, logo: null });
  const changed = await accounts.update.mutate({
    account: 1,
    display_name: 'Acme Help Desk',
    contact_email: 'help@acme.example',
    logo: BASE64,
  });
  const account = { name: 'Acme Help Desk', contact_email: 'help@acme.example', logo: changed.logo };
  expect((await share.view.query()).account).toEqual(account);
  expect((await share.verifyDns.mutate()).account).toEqual(account);
});

test('a profile and its logo outlive a restart, and go with the account', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  const before = await server.letterhead.accounts.update.mutate({
    account: id,
    display_name: 'O',
    logo: BASE64,
  });
  await using again = await server.restart();
  expect(await again.letterhead.accounts.get.query({ account: id })).toEqual(before);
  expect((await fetch(`${again.url}${before.logo}`)).status).toBe(200);
  await again.letterhead.accounts.delete.mutate({ account: id });
  expect((await fetch(`${again.url}${before.logo}`)).status).toBe(404);
});
