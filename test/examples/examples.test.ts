import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { startTestServer } from '../running-server.ts';
import { addVerifiedDomain, keyRecordOf } from '../signing/sending-account.ts';
import { SmtpSink } from '../smtp-sink.ts';

const MESSAGE = 'From: Help <help@example.org>\r\nSubject: Hello\r\n\r\nHello.\r\n';

interface Run {
  readonly environment: Record<string, string>;
  readonly args: readonly string[];
  readonly input?: string;
}

/** What an example writes to standard output. Rejects with what it writes to standard error where it fails. */
async function runExample(path: string, { environment, args, input = '' }: Run): Promise<string> {
  const script = fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
  const node = ['--conditions=letterhead-source', '--disable-warning=ExperimentalWarning', script];
  const running = promisify(execFile)(process.execPath, [...node, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

test('the example for nodemailer sends a message that is signed, from the Return-Path domain', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.example.net' },
    dns: { zones: { 'example.org': {}, 'example.net': { bounces: { A: ['192.0.2.1'] } } } },
  });
  const domain = await addVerifiedDomain(server, 'example.org');
  using sink = await SmtpSink.start();
  const output = await runExample('nodemailer/send.js', {
    environment: {
      LETTERHEAD_URL: server.url,
      LETTERHEAD_TOKEN: await server.makeToken(['domains:sign']),
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    },
    args: ['help@example.org', 'you@example.net'],
  });
  const { from, message } = sink.take() ?? { from: '', message: Buffer.of() };
  expect(from).toMatch(/^help@bounces-[a-z0-9]{11}\.example\.org$/);
  expect(output).toBe(`Sent from ${from} to you@example.net.\n`);
  expect(await verifyWithMailauth(message, keyRecordOf(domain))).toMatchObject({ passes: true });
});

test('the example receiver prints each event once, and refuses what is not signed', async () => {
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { secret } = await server.letterhead.webhooks.create.mutate({ account: 1, url });
  const script = fileURLToPath(new URL('../../examples/webhook-receiver/receive.js', import.meta.url));
  const receiver = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], WEBHOOK_SECRET: secret, PORT: String(port) },
  });
  let printed = '';
  receiver.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  try {
    await expect.poll(() => printed, { timeout: 10_000 }).toContain('Listening');
    const [{ id } = { id: 0 }] = await server.letterhead.webhooks.list.query({ account: 1 });
    await server.letterhead.webhooks.test.mutate({ account: 1, id });
    expect(await fetch(url, { method: 'POST', body: '{}' })).toMatchObject({ status: 401 });
    // The attempt that found nobody listening is repeated 5 seconds later.
    await server.letterhead.webhooks.update.mutate({ account: 1, id, enabled: false });
    await server.letterhead.webhooks.update.mutate({ account: 1, id, enabled: true });
    await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    await expect.poll(() => printed, { timeout: 10_000 }).toContain(' domain.created example.org\n');
    expect(printed).toContain(' webhook.test ');
  } finally {
    receiver.kill();
  }
});

test('the example for fetch writes a message with its signature, or says why there is none', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
  const signed = await runExample('fetch/sign.js', { environment, args: ['1'], input: MESSAGE });
  expect(await verifyWithMailauth(Buffer.from(signed), keyRecordOf(domain))).toMatchObject({ passes: true });
  const other = MESSAGE.replace('example.org', 'example.com');
  await expect(runExample('fetch/sign.js', { environment, args: ['1'], input: other })).rejects.toThrow(
    /holds no domain/,
  );
});
