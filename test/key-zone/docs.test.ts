import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { Engine } from '../engines/engine.ts';
import { LoopbackAddresses } from '../engines/loopback-addresses.ts';
import { startTestServer } from '../running-server.ts';

const DOCUMENT = new URL('../../docs/key-zone.md', import.meta.url);
const ADDRESS = '127.0.0.253';

/** What is printed under a heading, by the languages of its code blocks. */
async function blocksUnder(heading: string): Promise<Record<string, string>> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [, section = ''] = text.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const blocks = [...(section.split(/^#/m)[0] ?? '').matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return Object.fromEntries(blocks.map(([, language = '', content = '']) => [language, content]));
}

test.each([
  { heading: 'Knot', program: 'knotd', language: 'yaml', args: (conf: string) => ['--config', conf] },
  { heading: 'BIND', program: 'named', language: 'named', args: (conf: string) => ['-g', '-c', conf] },
])('a zone that is set up on $heading as printed takes the keys of domains', async (software) => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'letterhead-docs-'));
  stack.defer(() => rm(folder, { recursive: true }));
  stack.use(await LoopbackAddresses.add([ADDRESS]));
  const port = await freePort(ADDRESS);
  const blocks = await blocksUnder(software.heading);
  const { zone = '' } = await blocksUnder('Knot');
  const settings = await printedSettings();

  const [command = '', ...args] = (blocks['sh'] ?? '').trim().split(' ');
  const { stdout } = await promisify(execFile)(command, args);
  const secret = /(?:secret:? "?)([A-Za-z0-9+/=]{24,})/.exec(stdout)?.[1] ?? '';
  const printed = (text: string) =>
    text
      .replaceAll('SECRET', secret)
      .replaceAll(/\/var\/lib\/(?:knot|bind)/g, folder)
      // Beside what is printed, so that the machine's own server is left alone.
      .replace('server:\n', `server:\n  rundir: ${folder}\n`)
      .replace('options {\n', 'options {\n  pid-file none;\n  session-keyfile none;\n  lock-file none;\n')
      .replaceAll('192.0.2.53@53', `${ADDRESS}@${port}`)
      .replaceAll('listen-on { 192.0.2.53; }', `listen-on port ${port} { ${ADDRESS}; }`)
      .replaceAll('192.0.2.53:53', `${ADDRESS}:${port}`)
      .replaceAll('192.0.2.53', ADDRESS);
  const conf = join(folder, 'conf');
  await writeFile(join(folder, 'keys.example.net.zone'), printed(zone));
  await writeFile(conf, printed(blocks[software.language] ?? ''));
  const engine = stack.use(new Engine(software.program, software.args(conf)));
  const asks = ['+short', '+tcp', '+time=1', '+tries=1', '-p', String(port), `@${ADDRESS}`];
  const dig = async (...question: string[]) =>
    (await promisify(execFile)('dig', [...asks, ...question]).catch(() => ({ stdout: '' }))).stdout.trim();
  await engine.until('the zone was to be served', async () => (await dig('keys.example.net', 'NS')) !== '');

  const environment = Object.fromEntries(
    printed(settings)
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const server = stack.use(await startTestServer({ environment }));
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const [first, second] = domain.dns_records;
  await expect.poll(() => dig(second?.value ?? '', 'TXT'), { timeout: 10_000 }).toBe('"v=DKIM1; p="');
  expect(await dig(first?.value ?? '', 'TXT')).toMatch(/^"v=DKIM1; k=rsa; p=MII/);
  expect(await server.letterhead.keyZone.compare.mutate()).toEqual([]);
  expect(await server.letterhead.keyZone.status.query()).toMatchObject({ failure: null, waiting: 0 });
});

/** The settings are the first of several commands under their heading. */
async function printedSettings(): Promise<string> {
  return /^DKIM_ZONE=.*?(?=^```)/ms.exec(await readFile(DOCUMENT, 'utf8'))?.[0] ?? '';
}
