import { expect, test } from 'vitest';
import { startMailServer } from '../notices/mail-server.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf } from '../signing/sending-account.ts';
import { Postfix } from './postfix-server.ts';

test('a notice goes out through Postfix once, and its signature is still right behind it', async () => {
  await using mail = await startMailServer();
  await using postfix = await Postfix.start(Number(new URL(mail.url).port), '');
  await using server = await startTestServer({
    environment: { SMTP_URL: `smtp://127.0.0.1:${postfix.port}`, NOTICE_FROM: 'notices@notices.example' },
    dns: { zones: { 'notices.example': {}, 'example.org': {} } },
  });
  const sender = await addVerifiedDomain(server, 'notices.example');
  await server.letterhead.accounts.update.mutate({ account: 1, notify: ['ops@example.net'] });
  await addVerifiedDomain(server, 'example.org');
  const notices = () => mail.received.filter(({ subject }) => subject?.startsWith('example.org:'));
  await expect
    .poll(notices)
    .toMatchObject([{ to: 'ops@example.net', subject: 'example.org: the DKIM record is verified' }]);
  const [notice] = notices();
  expect(await verifyWithMailauth(notice?.raw ?? Buffer.of(), keyRecordOf(sender))).toMatchObject({
    passes: true,
  });
}, 60_000);
