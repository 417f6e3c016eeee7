import { createLetterhead } from '@letterhead/client';
import { recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { startProcess } from '../crash/server-process.ts';
import { startLoopbackDns } from '../dns/loopback-dns.ts';
import { makeJsonFolder } from '../store/json-folder.ts';
import { startMailServer } from './mail-server.ts';

const TOKEN = `lh_${'n'.repeat(43)}`;
const KILLS = 3;
const DOMAINS_A_LIFE = 4;

test('a server that is killed again and again tells every change in order, and no more than one of each kill twice', async () => {
  await using folder = await makeJsonFolder();
  await using mail = await startMailServer();
  const names = Array.from({ length: KILLS * DOMAINS_A_LIFE }, (_, at) => `d${at}.example`);
  await using dns = await startLoopbackDns({ zones: Object.fromEntries(names.map((name) => [name, {}])) });
  const settings = {
    DATA_DIR: folder.path,
    BOOTSTRAP_TOKEN: TOKEN,
    DNS_SERVERS: `127.0.0.1:${dns.port}`,
    DNS_ALLOW_PRIVATE: 'true',
    DNS_AUTHORITY_PORT: String(dns.port),
    SMTP_URL: mail.url,
    NOTICE_FROM: 'notices@notices.example',
  };
  for (let life = 0; life < KILLS; life++) {
    const server = await startProcess(settings);
    const letterhead = createLetterhead({ url: server.url, token: TOKEN });
    if (life === 0) await letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.net'] });
    for (const domain of names.slice(life * DOMAINS_A_LIFE, (life + 1) * DOMAINS_A_LIFE)) {
      const created = await letterhead.domains.create.mutate({ account: 1, domain });
      for (const { hostname, value } of created.dns_records)
        dns.publish(recordFqdn(hostname, created), { TXT: [value] });
      await letterhead.domains.verifyDns.mutate({ account: 1, id: created.id });
    }
    await server.kill();
  }
  const last = await startProcess(settings);
  const told = () => [...new Set(mail.received.map(({ subject }) => subject))];
  await expect.poll(() => told().length, { interval: 50, timeout: 30_000 }).toBe(names.length);
  await last.kill();
  expect(told()).toEqual(names.map((name) => `${name}: the DKIM record is verified`));
  expect(mail.received.length - names.length).toBeLessThanOrEqual(KILLS);
}, 60_000);
