import { createLetterhead } from '@letterhead/client';
import type { Domain } from '@letterhead/shared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import packageJson from '../../server/package.json' with { type: 'json' };
import type { TestServer } from '../running-server.ts';
import { startTestServer } from '../running-server.ts';
import type { Environment } from './letterhead-process.ts';
import { runInProcess } from './run-in-process.ts';

let server: TestServer;
let environment: Environment;

beforeEach(async () => {
  server = await startTestServer({ environment: { RETURN_PATH_HOST: 'bounces.example.net' } });
  environment = { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: server.token };
});

afterEach(() => server[Symbol.asyncDispose]());

const run = (...words: string[]) => runInProcess(words, environment);
const add = (domain: string) => server.letterhead.domains.create.mutate({ account: 1, domain });

test('the CLI prints in JSON exactly what REST has under data', async () => {
  await add('example.org');
  for (const [command, path] of [
    ['domain show example.org', '/accounts/1/domains/1'],
    ['token list', '/accounts/1/tokens'],
    ['account list', '/accounts'],
    ['events', '/accounts/1/events'],
  ] as const) {
    const { exit, out } = await run(...command.split(' '), '--json');
    expect(exit).toBe(0);
    const { data } = (await server.rest('GET', path)).body;
    // Both requests are a use of the token, which may fall into two seconds.
    const expected = command === 'token list' ? [{ ...data[0], last_used_at: expect.any(String) }] : data;
    expect(JSON.parse(out), command).toEqual(expected);
  }
});

test('--json is taken before the command as well', async () => {
  await add('example.org');
  for (const command of ['domain list', 'domain show 1', 'events', 'version'])
    expect((await run('--json', ...command.split(' '))).out).toBe(
      (await run(...command.split(' '), '--json')).out,
    );
  expect((await run('--json', 'export', '--format', 'csv')).exit).toBe(2);
  expect(JSON.parse((await run('--json', 'domain', 'show', '99')).err)).toMatchObject({ code: 'not_found' });
});

test('the list of domains in JSON has what REST has, and the state of each', async () => {
  await add('example.org');
  const { data } = (await server.rest('GET', '/accounts/1/domains')).body;
  const listed = JSON.parse((await run('domain', 'list', '--json')).out);
  expect(listed).toEqual([{ ...data[0], status: 'pending', code: 'NOT_CHECKED', severity: 'info' }]);
});

test('on a terminal, lines and tables are no wider than it, and no word is broken', async () => {
  await add('bücher.example');
  const onTerminal = (columns: number, ...words: string[]) =>
    runInProcess(words, environment, null, { columns });
  const wide = (await run('domain', 'show', '1')).out;
  for (const columns of [80, 60]) {
    const narrow = (await onTerminal(columns, 'domain', 'show', '1')).out;
    // A single word, with or without a label, cannot be made shorter.
    const tooLong = (line: string) => line.length > columns && !/^ *(?:\S+ {2,})?\S+$/.test(line);
    expect(narrow.split('\n').filter(tooLong)).toEqual([]);
    expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/));
    for (const command of ['domain list', 'events', 'token list', 'account list']) {
      const { out } = await onTerminal(columns, ...command.split(' '));
      expect(
        out.split('\n').filter((line) => line.length > columns),
        command,
      ).toEqual([]);
    }
  }
  expect((await onTerminal(80, 'domain', 'list')).out).toMatch(
    /^ID {2}DOMAIN .+\n1 {3}bücher\.example .+\n {4}\(xn--bcher-kva\.example\)/,
  );
});

test('a name that is longer than the terminal is wide has a line of its own in a table, and moves no other', async () => {
  const name = `${'w'.repeat(60)}.${'m'.repeat(60)}.example`;
  for (const one of ['example.org', name]) await add(one);
  const { out } = await runInProcess(['domain', 'list'], environment, null, { columns: 80 });
  const [heading = '', short = '', long, below = ''] = out.split('\n');
  expect(long).toBe(`2   ${name}`);
  for (const line of [short, below]) {
    expect(line.indexOf('pending')).toBe(heading.indexOf('STATUS'));
    expect(line.length).toBeLessThanOrEqual(80);
  }
});

test('states are coloured on a terminal, and a name can not colour anything', async () => {
  const colors = { hasColors: true };
  await add('example.org');
  const list = await runInProcess(['domain', 'list'], environment, null, colors);
  expect(list.out).toContain('\u001b[33mpending\u001b[0m');
  const shown = await runInProcess(['domain', 'show', '1'], environment, null, colors);
  expect(shown.out).toContain('is \u001b[31mnot verified\u001b[0m.');
  const forged = '\u0001good\u0001verified\u0002';
  await server.letterhead.accounts.create.mutate({ name: forged });
  const accounts = await runInProcess(['account', 'list'], environment, null, colors);
  expect(accounts.out).toContain('\\u0001good\\u0001verified\\u0002');
});

test('the records command prints for a form, a zone file, a program and an e-mail', async () => {
  const { dns_records } = await add('mail.example.co.uk');
  const [dkim, returnPath] = dns_records;

  const table = await run('domain', 'records', 'mail.example.co.uk');
  expect(table.out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['TYPE', 'HOST', 'VALUE'],
    ['TXT', dkim?.hostname, dkim?.value],
    ['CNAME', returnPath?.hostname, returnPath?.value],
    [''],
  ]);

  const { text: zoneFile } = await server.rest('GET', '/accounts/1/domains/1/zone-file');
  expect((await run('domain', 'records', '1', '--format', 'bind')).out).toBe(zoneFile);

  const json = await run('domain', 'records', '1', '--format', 'json');
  expect(JSON.parse(json.out)).toEqual(dns_records);
  expect((await run('domain', 'records', '1', '--json')).out).toBe(json.out);

  await server.letterhead.accounts.update.mutate({ account: 1, display_name: 'Acme Help Desk' });
  const { out: message } = await run('domain', 'records', '1', '--format', 'text');
  expect(message).toContain('add these records to the DNS of example.co.uk, so that');
  expect(message).toMatch(/\nThank you!\nAcme Help Desk\n$/);
  for (const { type, hostname, value } of dns_records) {
    expect(message).toContain(`  Type:  ${type}\n  Host:  ${hostname}\n`);
    expect(message).toContain(`  Value: ${value}\n`);
  }
});

test('the e-mail has a share link, unless it is not wanted or the token may not create one', async () => {
  const { id } = await add('example.org');
  const text = ['domain', 'records', 'example.org', '--format', 'text'];
  const { out } = await run(...text);
  const [link, token = ''] = new RegExp(`${server.url}/share#(lh_\\S+)`).exec(out) ?? [];
  expect(link).toBeDefined();
  const colleague = createLetterhead({ url: server.url, token });
  expect((await colleague.share.view.query()).domain.id).toBe(id);
  expect((await run(...text, '--no-link')).out).not.toContain('share#');
  const reader = { ...environment, LETTERHEAD_TOKEN: await server.makeToken(['domains:read']) };
  const read = await runInProcess(text, reader);
  expect(read).toMatchObject({ exit: 0, err: '' });
  expect(read.out).toMatch(/Thank you!\nHelp desk\n$/);
  expect(read.out).not.toContain('share#');
  expect(await server.letterhead.shares.list.query({ account: 1, id })).toHaveLength(1);
});

test('an internationalised name is shown in its own letters beside the A-labels, to people only', async () => {
  await add('bücher.example');
  await add('mail.例え.jp');
  await add('example.org');
  const { out } = await run('domain', 'list');
  expect(out.split('\n').map((line) => line.replace(/ pending.+$/, ''))).toEqual([
    expect.stringMatching(/^ID {2}DOMAIN +STATUS/),
    '1   bücher.example (xn--bcher-kva.example) ',
    // Letters that are two columns wide.
    '2   mail.例え.jp (mail.xn--r8jz45g.jp)     ',
    '3   example.org                            ',
    '',
  ]);
  expect(JSON.parse((await run('domain', 'list', '--json')).out)).toMatchObject([
    { domain: 'xn--bcher-kva.example' },
    { domain: 'mail.xn--r8jz45g.jp' },
    { domain: 'example.org' },
  ]);
  const shown = await run('domain', 'show', '1');
  expect(shown.out).toMatch(/^bücher\.example \(xn--bcher-kva\.example, domain 1\) is not verified\.\n/);
  const message = await run('domain', 'records', '1', '--format', 'text', '--no-link');
  expect(message.out).toContain('mail from bücher.example (xn--bcher-kva.example) can be signed');
  expect((await run('domain', 'records', '1', '--format', 'bind')).out).not.toContain('ü');
  const removed = await run('domain', 'remove', '1', '--yes');
  expect(removed.out).toBe('Removed bücher.example (xn--bcher-kva.example).\n');
  const events = await run('events', '--domain', '1');
  expect(events.out.match(/bücher\.example \(xn--bcher-kva\.example\)$/gm)).toHaveLength(2);
});

test('a format for programs is printed when it is asked for, even when it is the default', async () => {
  await add('example.org');
  expect(await run('export', '--json')).toEqual(await run('export'));
  expect(JSON.parse((await run('version', '--json')).out)).toEqual({ version: packageJson.version });
  const refused = await run('export', '--json', '--account', '99');
  expect(JSON.parse(refused.err)).toMatchObject({ code: 'not_found' });
});

test('the export command exports every domain, however many pages that takes', async () => {
  const domains = await Promise.all(Array.from({ length: 25 }, (_, at) => add(`desk-${at}.example.org`)));
  await add('mail.example.co.uk');
  const jsonLines = (await run('export')).out.trimEnd().split('\n');
  expect(jsonLines.map((line) => JSON.parse(line))).toEqual(
    (await server.rest('GET', '/accounts/1/domains')).body.data,
  );

  const [headings, ...lines] = (await run('export', '--format', 'csv')).out.trimEnd().split('\r\n');
  expect(headings).toBe(
    'id,account_id,domain,subdomain,verified,dkim_hostname,dkim_value,dkim_verified,return_path_hostname,return_path_value,return_path_verified,updated_at,created_at',
  );
  expect(lines.length).toBe(domains.length + 1);
  const last = lines.at(-1)?.split(',');
  const { body } = await server.rest('GET', '/accounts/1/domains/26');
  const { dns_records, updated_at, created_at }: Record<string, string> & Domain = body.data;
  const [dkim, returnPath] = dns_records;
  expect(last).toEqual([
    '26',
    '1',
    'mail.example.co.uk',
    'mail',
    'false',
    dkim?.hostname,
    dkim?.value,
    'false',
    returnPath?.hostname,
    returnPath?.value,
    'false',
    updated_at,
    created_at,
  ]);
});

test('no name or DNS answer can command the terminal', async () => {
  const clear = '\u001b[2J\u009b31m';
  await server.letterhead.tokens.create.mutate({ account: 1, name: clear, scopes: ['domains:read'] });
  const tokens = await run('token', 'list');
  expect(tokens.out).toContain('\\u001b[2J\\u009b31m');

  const rows = 'Mail server\n9\tRoot';
  await server.letterhead.tokens.create.mutate({ account: 1, name: rows, scopes: ['domains:read'] });
  expect((await run('token', 'list')).out).toContain('  Mail server\\n9\\tRoot  ');

  const { dns_records } = await add('example.org');
  server.dns.publish(`${dns_records[0]?.hostname}.example.org`, { TXT: [`k=rsa; p=${clear}`] });
  const verified = await run('domain', 'verify', 'example.org');
  expect(verified.exit).toBe(1);
  expect(verified.out).toContain('  Found     k=rsa; p=\\u001b[2J');
  for (const { out } of [tokens, verified]) expect(out).not.toMatch(/[^\n\P{Cc}]/u);
});
