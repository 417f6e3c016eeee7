import { expect, test } from 'vitest';
import { useBrowser } from '../console/browser-suite.ts';
import { openTab } from '../console/open-tab.ts';
import { startTestServer, type TestServer } from '../running-server.ts';
import { publishRecords } from '../signing/sending-account.ts';
import { headerOf, type MailServer, startMailServer } from './mail-server.ts';

const DAY = 86_400_000;
const browser = useBrowser();

async function startScene() {
  const clock = { now: Date.now() };
  const mail = await startMailServer();
  const server = await startTestServer({
    environment: mail.environment,
    clock: () => new Date(clock.now),
    dns: { zones: { 'example.org': {}, 'example.net': {} } },
  });
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { id: share, token } = await server.letterhead.shares.create.mutate({ account: 1, id: domain.id });
  return {
    clock,
    mail,
    server,
    domain,
    share,
    token,
    ask: (address: string, secret = token) =>
      server.rest('POST', '/share/notices', { token: secret, json: { address } }),
    verify() {
      publishRecords(server, domain);
      return server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
    },
  };
}

/** Where the link in the mail leads, on the server itself. */
function linkIn({ received }: MailServer, { url }: TestServer): string {
  const [, path] = /http:\/\/letterhead\.example(\/notices\/\S+)/.exec(received.at(-1)?.text ?? '') ?? [];
  if (path === undefined) throw new Error('There is no link in the mail.');
  return url + path;
}

const press = (link: string, body = '', type = 'application/x-www-form-urlencoded') =>
  fetch(link, { method: 'POST', body, headers: { 'content-type': type } });

test('whoever leaves an address on the page of a share link confirms it, and is told once when the domain is verified', async () => {
  await using scene = await startScene();
  const { server, mail } = scene;
  await using tab = await openTab(browser(), server, {});
  const { page } = tab;
  await page.goto(`/share#${scene.token}`);
  await page.getByLabel('Tell me when it’s done').fill('no address');
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.getByRole('alert').getByText('“no address” is no e-mail address.').waitFor();
  await page.getByLabel('Tell me when it’s done').fill('dns@example.net');
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.locator(':focus', { hasText: 'A mail is on its way to dns@example.net.' }).waitFor();
  const [question] = await mail.until(1);
  expect(question).toMatchObject({
    to: 'dns@example.net',
    subject: 'Do you want to be told when example.org is verified?',
  });
  await page.goto(linkIn(mail, server));
  await page.getByRole('button', { name: 'Yes, tell me once' }).click();
  await page.getByText('You get one mail once example.org is verified.').waitFor();
  await scene.verify();
  const [, done] = await mail.until(2);
  expect(done).toMatchObject({ to: 'dns@example.net', subject: 'example.org is verified' });
  const raw = String(done?.raw);
  expect(headerOf(raw, 'List-Unsubscribe')).toMatch(
    /^<http:\/\/letterhead\.example\/notices\/stop\/[\w.-]+>$/,
  );
  expect(headerOf(raw, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
  // It was the one mail: the link has ended, and the one in it says so.
  const stop = linkIn(mail, server);
  await expect.poll(async () => (await fetch(stop.replace('/stop/', '/confirm/'))).status).toBe(404);
  await page.goto(stop);
  await page.getByText('You get no mail about example.org.').waitFor();
});

test('whoever confirms an address after the domain was verified reads so, and waits for no mail', async () => {
  await using scene = await startScene();
  const { server, mail } = scene;
  await scene.ask('dns@example.net');
  const link = linkIn(mail, server);
  await scene.verify();
  for (const answer of [await fetch(link), await press(link)]) {
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('example.org is verified');
  }
  expect((await press(link)).status).toBe(404);
});

test('opening a link changes nothing, and an address that is not confirmed within a day is never told', async () => {
  await using scene = await startScene();
  const { server, mail } = scene;
  expect(await scene.ask('dns@example.net')).toMatchObject({ status: 200 });
  expect((await scene.ask('late@example.net')).status).toBe(200);
  const late = linkIn(mail, server);
  // Mail servers log the name of a message.
  const key = late.split('.').at(-1) ?? '';
  expect(headerOf(String(mail.received.at(-1)?.raw), 'Message-ID')).not.toContain(key);
  expect((await fetch(late)).status).toBe(200);
  scene.clock.now += DAY + 1000;
  expect((await press(late)).status).toBe(404);
  await server.letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.net'] });
  await scene.verify();
  await mail.until(3);
  expect(mail.received.map(({ to }) => to)).toEqual([
    'dns@example.net',
    'late@example.net',
    'ops@example.net',
  ]);
});

test('one POST of a mail program stops it, and so does the end of the link', async () => {
  await using scene = await startScene();
  const { server, mail } = scene;
  await scene.ask('dns@example.net');
  const confirm = linkIn(mail, server);
  expect((await press(confirm)).status).toBe(200);
  const stop = confirm.replace('/confirm/', '/stop/');
  // Whatever a stranger sends with it is no error of ours, and has an end.
  expect((await press(stop, 'x'.repeat(100_000))).status).toBe(413);
  expect((await press(`${stop}x`, '{', 'application/json')).status).toBe(404);
  expect((await press(stop, 'List-Unsubscribe=One-Click')).status).toBe(200);
  expect((await press(confirm)).status).toBe(404);
  await scene.ask('second@example.net');
  const second = linkIn(mail, server);
  await Promise.all([press(second.replace('/confirm/', '/stop/')), press(second), press(second)]);
  expect((await press(second)).status).toBe(404);
  await scene.ask('third@example.net');
  const third = linkIn(mail, server);
  expect((await press(third)).status).toBe(200);
  await server.letterhead.shares.revoke.mutate({ account: 1, id: scene.domain.id, share: scene.share });
  expect((await press(third)).status).toBe(404);
  await server.letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.net'] });
  await scene.verify();
  await mail.until(4);
  expect(mail.received.at(-1)?.to).toBe('ops@example.net');
  expect(mail.received).toHaveLength(4);
});

test('nobody can have mails sent to strangers at will', async () => {
  await using scene = await startScene();
  const { server, mail } = scene;
  expect((await scene.ask('one@example.net')).status).toBe(200);
  for (let again = 0; again < 20; again++)
    expect(await scene.ask('one@example.net')).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  for (const at of [2, 3]) expect((await scene.ask(`${at}@example.net`)).status).toBe(200);
  expect(await scene.ask('4@example.net')).toMatchObject({ status: 422, body: { code: 'quota_exceeded' } });
  const linkOf = async () =>
    (await server.letterhead.shares.create.mutate({ account: 1, id: scene.domain.id })).token;
  expect((await scene.ask('One@example.net', await linkOf())).status).toBe(429);
  let sent = 3;
  for (let links = 0; links < 7; links++) {
    const token = await linkOf();
    for (let at = 0; at < 3; at++)
      if ((await scene.ask(`n${links}-${at}@example.net`, token)).status === 200) sent++;
  }
  expect(sent).toBe(20);
  expect(mail.received).toHaveLength(sent);
  // An address that got no mail is another account's to ask for.
  const { id: account } = await server.letterhead.accounts.create.mutate({ name: 'Other desk' });
  const other = await server.letterhead.domains.create.mutate({ account, domain: 'example.org' });
  const { token } = await server.letterhead.shares.create.mutate({ account, id: other.id });
  expect((await scene.ask('n6-0@example.net')).status).toBe(422);
  expect((await scene.ask('n6-2@example.net', await linkOf())).status).toBe(429);
  expect((await scene.ask('n6-2@example.net', token)).status).toBe(200);
  expect((await scene.ask('one@example.net', token)).status).toBe(429);
  const kept = await server.rest('POST', '/share/notices', { json: { address: 'a@example.net' } });
  expect(kept.status).toBe(403);
});

test('whoever cannot be told is refused by name of the field', async () => {
  const refused = { status: 422, body: { code: 'invalid', errors: { address: [expect.any(String)] } } };
  await using scene = await startScene();
  await scene.verify();
  expect(await scene.ask('one@example.net')).toMatchObject(refused);
  await using silent = await startTestServer({});
  const { id } = await silent.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { token } = await silent.letterhead.shares.create.mutate({ account: 1, id });
  const answer = await silent.rest('POST', '/share/notices', { token, json: { address: 'one@example.net' } });
  expect(answer).toMatchObject(refused);
});
