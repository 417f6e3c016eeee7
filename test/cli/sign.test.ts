import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Domain } from '@letterhead/shared';
import { recordFqdn } from '@letterhead/shared';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyWithMailauth } from '../receivers/mailauth.ts';
import { keyRecordOf } from '../signing/sending-account.ts';
import { CONNECTIONS, type TestInstallation } from './both-connections.ts';
import { runInProcess } from './run-in-process.ts';

const MESSAGE = 'From: Help <help@example.org>\r\nSubject: Hello\r\n\r\nHello. \r\n\r\n';

describe.each(CONNECTIONS)('with %s', (_name, open) => {
  let place: TestInstallation;
  let domain: Domain;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'letterhead-sign-'));
    place = await open();
    domain = await place.json('domain', 'add', 'example.org');
    const [record] = domain.dns_records;
    if (record === undefined) throw new Error('There is no record.');
    place.dns.publish(recordFqdn(record.hostname, domain), { TXT: [record.value] });
    await place.json('domain', 'verify', 'example.org');
  });

  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('the sign command prints the signature of a file, in the line ends of the message', async () => {
    for (const [lineEnd, text] of [
      ['\r\n', MESSAGE],
      ['\n', MESSAGE.replaceAll('\r\n', '\n')],
    ] as const) {
      const file = join(folder, 'message.eml');
      await writeFile(file, text);
      const { exit, out, err } = await place.run('sign', file);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out.replaceAll(lineEnd, '')).not.toMatch(/[\r\n]/);
      expect(await verifyWithMailauth(Buffer.from(out + text), keyRecordOf(domain))).toMatchObject({
        passes: true,
      });
      expect(await place.json('sign', file)).toMatchObject({
        domain_id: 1,
        domain: 'example.org',
        return_path: null,
      });
    }
  });

  test('the sign command reads standard input, in pieces as they come', async () => {
    const octets = async function* () {
      for (const octet of Buffer.from(MESSAGE)) yield Buffer.of(octet);
    };
    const { exit, out } = await runInProcess(['sign', '-'], place.environment, null, { octets });
    expect(exit).toBe(0);
    expect(await verifyWithMailauth(Buffer.from(out + MESSAGE), keyRecordOf(domain))).toMatchObject({
      passes: true,
    });
  });

  test('the sign command says why a message can’t be signed', async () => {
    const file = join(folder, 'message.eml');
    await writeFile(file, MESSAGE.replace('example.org', 'example.net'));
    const refused = await place.run('sign', file);
    expect(refused).toMatchObject({ exit: 3, out: '' });
    expect(refused.err).toContain('holds no domain that example.net');
    await writeFile(file, `${MESSAGE}\0`);
    expect((await place.run('sign', file)).err).toContain('NUL in the body');
    const none = join(folder, 'none.eml');
    expect(await place.run('sign', none)).toMatchObject({
      exit: 2,
      out: '',
      err: `letterhead: There is no file ${none}.\n`,
    });
    expect((await place.run('sign', folder)).err).toBe(
      `letterhead: ${folder} cannot be read: a folder stands where a file is needed.\n`,
    );
  });
});
