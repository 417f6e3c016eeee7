import { recordFqdn } from '@letterhead/shared';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf, publishRecords } from '../signing/sending-account.ts';
import { headerOf, type MailServer, type ReceivedMail, startMailServer } from './mail-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FROM = 'Letterhead <notices@notices.example>';
const ZONES = {
  'example.org': {},
  'example.net': {},
  'example.com': {},
  'notices.example': {},
  'xn--bcher-kva.example': {},
};

interface Scene extends AsyncDisposable {
  readonly server: TestServer;
  readonly mail: MailServer;
  readonly clock: { now: number };
}

/** A server that sends notices of account 1 to these addresses. */
async function startScene(
  notify: readonly string[],
  environment: Record<string, string> = {},
): Promise<Scene> {
  const clock = { now: Date.now() };
  const mail = await startMailServer();
  const server = await startTestServer({
    environment: {
      SMTP_URL: mail.url,
      NOTICE_FROM: FROM,
      PUBLIC_URL: 'https://letterhead.example',
      ...environment,
    },
    clock: () => new Date(clock.now),
    dns: { zones: ZONES },
  });
  const { status } = await server.rest('PATCH', '/accounts/1', { json: { notify } });
  expect(status).toBe(200);
  return {
    server,
    mail,
    clock,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await mail[Symbol.asyncDispose]();
    },
  };
}

type Domain = Awaited<ReturnType<typeof addVerifiedDomain>>;

/** Takes the domain's records away, and has that noticed. */
async function lose({ server }: Scene, domain: Domain): Promise<void> {
  for (const { hostname } of domain.dns_records) server.dns.publish(recordFqdn(hostname, domain), null);
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
}

async function verify({ server }: Scene, domain: Domain): Promise<void> {
  publishRecords(server, domain);
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
}

const failuresIn = (scene: Scene) => () =>
  scene.server.log.filter((line) => line.includes('could not be sent yet')).length;

const subjects = (mails: readonly ReceivedMail[]) => mails.map(({ subject }) => subject);

test('every address of the account gets one mail for each change, with what happened, what to do and a link', async () => {
  await using scene = await startScene(['ops@example.net', 'second@example.net']);
  const domain = await addVerifiedDomain(scene.server, 'example.org');
  await scene.mail.until(2);
  const [first] = scene.mail.received;
  expect(first).toMatchObject({
    from: 'notices@notices.example',
    subject: 'example.org: the DKIM record is verified',
  });
  expect(first?.text).toContain('Mail from example.org can be signed now, and receivers can verify it.');
  expect(first?.text).toContain(
    `Open example.org in Letterhead:\nhttps://letterhead.example/accounts/1/domains/${domain.id}\n`,
  );
  expect(first?.html).toContain(`<a href="https://letterhead.example/accounts/1/domains/${domain.id}">`);
  expect(headerOf(String(first?.raw), 'Auto-Submitted')).toBe('auto-generated');
  // Nobody hears of a check that changes nothing.
  await scene.server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  scene.clock.now += HOUR + MINUTE;
  await lose(scene, domain);
  await scene.mail.until(4);
  expect(scene.mail.received.map(({ to }) => to)).toEqual([
    ...['ops@example.net', 'second@example.net'],
    ...['ops@example.net', 'second@example.net'],
  ]);
  const diagnosis = await scene.server.letterhead.domains.diagnosis.query({ account: 1, id: domain.id });
  const [{ title, fix } = { title: '', fix: '' }] = diagnosis.records;
  const lost = scene.mail.received[2];
  expect(lost?.subject).toBe('example.org: the DKIM record is no longer verified');
  const flat = lost?.text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(`DKIM: ${title}`);
  expect(flat).toContain(`What to do: ${fix}`);
  for (const line of lost?.text.split('\n') ?? [])
    if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(76);
});

test('a record that was found wrong once is told with when it stops counting as verified', async () => {
  await using scene = await startScene(['ops@example.net']);
  const domain = await addVerifiedDomain(scene.server, 'example.org');
  await scene.mail.until(1);
  scene.clock.now += HOUR + MINUTE;
  const share = await scene.server.letterhead.shares.create.mutate({ account: 1, id: domain.id });
  for (const { hostname } of domain.dns_records) scene.server.dns.publish(recordFqdn(hostname, domain), null);
  await scene.server.rest('POST', '/share/verify-dns', { token: share.token });
  const [, degraded] = await scene.mail.until(2);
  expect(degraded?.subject).toBe('example.org: the DKIM record is wrong – act soon');
  const { data } = (await scene.server.rest('GET', '/accounts/1/domains/statuses')).body;
  const [, date, time] =
    /, (.*) (\d\d:\d\d):\d\d GMT/.exec(new Date(data[0].next_check_at).toUTCString()) ?? [];
  const flat = degraded?.text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(`by the next check, on ${date}, ${time} UTC, the`);
  expect(flat).toMatch(/until they forget it, on \d+ \w+ \d+, \d\d:\d\d UTC at the latest;/);
});

test('a notice is signed with the key of its own domain where an account holds that verified', async () => {
  await using scene = await startScene(['ops@example.net']);
  const sender = await addVerifiedDomain(scene.server, 'notices.example');
  await scene.mail.until(1);
  const record = keyRecordOf(sender);
  const [first] = scene.mail.received;
  const { results } = await dkimVerify(first?.raw ?? Buffer.alloc(0), { resolver: async () => [[record]] });
  expect(results).toMatchObject([{ signingDomain: 'notices.example', status: { result: 'pass' } }]);
  await lose(scene, sender);
  await addVerifiedDomain(scene.server, 'example.org');
  await scene.mail.until(2);
  expect(headerOf(String(scene.mail.received[1]?.raw), 'DKIM-Signature')).toBeUndefined();
});

test('a domain that comes and goes is told of once, and after an hour in one summary', async () => {
  await using scene = await startScene(['ops@example.net']);
  const domain = await addVerifiedDomain(scene.server, 'example.org');
  await scene.mail.until(1);
  for (let at = 0; at < 3; at++) {
    scene.clock.now += MINUTE;
    await lose(scene, domain);
    scene.clock.now += MINUTE;
    await verify(scene, domain);
  }
  // A change of another domain shows that these were seen.
  await addVerifiedDomain(scene.server, 'example.net');
  await scene.mail.until(2);
  scene.clock.now += HOUR;
  await scene.mail.until(3);
  expect(subjects(scene.mail.received)).toEqual([
    'example.org: the DKIM record is verified',
    'example.net: the DKIM record is verified',
    'example.org: 6 changes – now verified',
  ]);
  expect(scene.mail.received[2]?.text.match(/no longer verified/g)).toHaveLength(3);
  // Nothing is left to tell.
  scene.clock.now += 2 * HOUR;
  await addVerifiedDomain(scene.server, 'example.com');
  await scene.mail.until(4);
  expect(scene.mail.received[3]?.subject).toBe('example.com: the DKIM record is verified');
});

test('an address that is refused is not tried again until it is given again, and the account and the log say so', async () => {
  await using scene = await startScene(['gone@example.net', 'ops@example.net']);
  scene.mail.answers.set('gone@example.net', '550 No such user here');
  // What has waited is read from the log together.
  await scene.mail.stop();
  for (const name of ['example.org', 'example.net']) await addVerifiedDomain(scene.server, name);
  await expect.poll(failuresIn(scene), { interval: 20 }).toBeGreaterThan(0);
  await scene.mail.resume();
  scene.clock.now += MINUTE;
  await scene.mail.until(2);
  expect(scene.mail.received.map(({ to }) => to)).toEqual(['ops@example.net', 'ops@example.net']);
  expect(scene.mail.asked.filter((to) => to === 'gone@example.net')).toHaveLength(1);
  const read = async () => (await scene.server.rest('GET', '/accounts/1/notices')).body.data;
  expect(await read()).toMatchObject([
    { address: 'gone@example.net', refused_at: expect.any(String), answer: '550 No such user here' },
    { address: 'ops@example.net', refused_at: null, answer: null },
  ]);
  const lines = scene.server.log.filter((line) => line.includes('a notice was refused'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { account: 1, address: 'gone@example.net', answer: '550 No such user here' },
  ]);
  scene.mail.answers.clear();
  await scene.server.rest('PATCH', '/accounts/1', {
    json: { notify: ['gone@example.net', 'ops@example.net'] },
  });
  await addVerifiedDomain(scene.server, 'example.com');
  await scene.mail.until(4);
  expect(await read()).toMatchObject([{ refused_at: null }, { refused_at: null }]);
});

test('notices wait for a mail server that is away for a day, and arrive in their order once it is back', async () => {
  await using scene = await startScene(['ops@example.net']);
  await scene.mail.stop();
  await addVerifiedDomain(scene.server, 'example.org');
  const failures = failuresIn(scene);
  await expect.poll(failures, { interval: 20 }).toBe(1);
  for (let hours = 0; hours < 24; hours += 8) {
    scene.clock.now += 8 * HOUR;
    await expect.poll(failures, { interval: 20, timeout: 15_000 }).toBe(2 + hours / 8);
  }
  await addVerifiedDomain(scene.server, 'example.net');
  await scene.mail.resume();
  scene.clock.now += 2 * HOUR;
  await scene.mail.until(2);
  expect(subjects(scene.mail.received)).toEqual([
    'example.org: the DKIM record is verified',
    'example.net: the DKIM record is verified',
  ]);
});

test('an address that is put off again and again does not keep the others from their notices', async () => {
  await using scene = await startScene(['slow@example.net', 'ops@example.net']);
  scene.mail.answers.set('slow@example.net', '451 Try again later');
  await addVerifiedDomain(scene.server, 'example.org');
  await scene.mail.until(1);
  await addVerifiedDomain(scene.server, 'example.net');
  for (let tries = 1; tries <= 5; tries++) {
    await expect.poll(failuresIn(scene), { interval: 20, timeout: 15_000 }).toBe(tries);
    scene.clock.now += HOUR;
  }
  await scene.mail.until(2);
  expect(scene.mail.received.map(({ to }) => to)).toEqual(['ops@example.net', 'ops@example.net']);
});

test('names of accounts and domains cannot add header fields or markup', async () => {
  await using scene = await startScene(['ops@example.net']);
  await scene.server.rest('PATCH', '/accounts/1', {
    json: { name: 'Desk\r\nBcc: other@example.com\r\n<b>bold</b>' },
  });
  await addVerifiedDomain(scene.server, 'bücher.example');
  const [first] = await scene.mail.until(1);
  expect(first?.subject).toBe('bücher.example (xn--bcher-kva.example): the DKIM record is verified');
  expect(headerOf(String(first?.raw), 'Bcc')).toBeUndefined();
  expect(first?.text).not.toMatch(/^Bcc:/m);
  expect(first?.html).not.toContain('<b>');
  for (const address of [
    'a@example.org\r\nBcc: b@example.org',
    'Ann <a@example.org>',
    'a@b@c',
    'a@example.org,b@example.org',
  ])
    expect((await scene.server.rest('PATCH', '/accounts/1', { json: { notify: [address] } })).status).toBe(
      422,
    );
});

test('an account has at most five addresses, and whoever reads it sees them in their order', async () => {
  await using scene = await startScene([]);
  const addresses = [1, 2, 3, 4, 5].map((at) => `n${at}@example.net`);
  const changed = await scene.server.rest('PATCH', '/accounts/1', { json: { notify: addresses } });
  expect(changed.body.data.notify).toEqual(addresses);
  const refused = await scene.server.rest('PATCH', '/accounts/1', {
    json: { notify: [...addresses, 'n6@example.net'] },
  });
  expect(refused).toMatchObject({ status: 422, body: { errors: { notify: expect.anything() } } });
  expect((await scene.server.rest('GET', '/accounts/1')).body.data.notify).toEqual(addresses);
  const events = (await scene.server.rest('GET', '/accounts/1/events')).body.data;
  expect(events.at(-1)).toMatchObject({
    type: 'account.updated',
    changes: { notify: { from: [], to: addresses } },
  });
});
