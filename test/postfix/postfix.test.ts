import { readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { settingsForVault } from '../signers/mail-servers.ts';
import { RspamdSigner } from '../signers/rspamd-signer.ts';
import { addVerifiedDomain, keyRecordOf } from '../signing/sending-account.ts';
import { SmtpSink } from '../smtp-sink.ts';
import { Postfix } from './postfix-server.ts';

const MAIN_CF = new URL('../../examples/postfix-rspamd/main.cf', import.meta.url);

test('the example for Postfix sends mail that rspamd has signed with Letterhead’s key, and none while rspamd is down', async () => {
  await using server = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  const domain = await addVerifiedDomain(server, 'example.org');
  const settings = await settingsForVault(server, await server.makeToken(['keys:read']));
  using sink = await SmtpSink.start();
  const milterPort = await freePort();
  const mainCf = await readFile(MAIN_CF, 'utf8');
  await using postfix = await Postfix.start(sink.port, mainCf.replace('11332', String(milterPort)));
  const mailer = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
  const send = () =>
    mailer.sendMail({
      from: 'Help <help@example.org>',
      to: 'b@example.net',
      subject: 'Grüße',
      text: 'Hello.\n.\n',
    });

  await expect
    .poll(() => send().catch((error: Error) => error.message), { timeout: 30_000 })
    .toMatch(/ 4\d\d /);
  {
    await using _rspamd = await RspamdSigner.start(settings, milterPort);
    await send();
    await expect.poll(() => sink.waiting, { timeout: 30_000 }).toBe(1);
  }
  const sent = sink.take();
  expect(await verifyWithMailauth(sent?.message ?? Buffer.of(), keyRecordOf(domain))).toMatchObject({
    passes: true,
  });
}, 60_000);
