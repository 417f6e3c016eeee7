import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { onTheFolder, type TestInstallation } from './both-connections.ts';
import { runInProcess } from './run-in-process.ts';

async function folderOf(files: Record<string, string>): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'letterhead-import-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

function newKey(bits = 2048): { pem: string; record: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    record: `v=DKIM1; k=rsa; p=${spki}`,
  };
}

const KEY = newKey();
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

function publish({ dns }: TestInstallation, selector: string, record = KEY.record): void {
  dns.publish(`${selector}._domainkey.example.org`, { TXT: [record] });
}

const FORMATS: [format: string, what: string, files: Record<string, string>, path: string][] = [
  [
    'opendkim',
    'a KeyTable',
    {
      KeyTable: '# keys\nmine example.org:sel.2026:./keys/sel.private # since 2026\n',
      'keys/sel.private': KEY.pem,
    },
    'KeyTable',
  ],
  ['opendkim', 'a tree of opendkim-genkey', { 'example.org/sel.2026.private': KEY.pem }, '.'],
  [
    'rspamd',
    'maps',
    { 'selectors.map': 'example.org sel.2026\n', 'paths.map': 'example.org ./k.pem\n', 'k.pem': KEY.pem },
    '.',
  ],
  [
    'rspamd',
    'its settings',
    {
      'dkim_signing.conf': `# Ours
enabled = true;
domain {
  example.org { /* 2026 /* and on */ */
    selectors [ { selector: "sel.2026", path = './$domain.\${selector}.key' } ]
  }
}
`,
      'example.org.sel.2026.key': KEY.pem,
    },
    'dkim_signing.conf',
  ],
  ['pem', 'a tree of files', { 'keys/example.org/sel.2026.pem': KEY.pem }, '.'],
  [
    'csv',
    'keys in it',
    { 'keys.csv': `domain,selector,private_key\r\nexample.org,sel.2026,${quoted(KEY.pem)}\r\n` },
    'keys.csv',
  ],
  [
    'csv',
    'files of keys',
    { 'keys.csv': 'Selector,Domain,key_file\nsel.2026,example.org,a.pem', 'a.pem': KEY.pem },
    'keys.csv',
  ],
];

test.each(FORMATS)(
  '%s: %s moves in, and is verified without a change to the DNS',
  async (format, _, files, path) => {
    await using place = await onTheFolder();
    await using folder = await folderOf(files);
    publish(place, 'sel.2026');
    const run = (...more: string[]) =>
      place.run('import', '--format', format, join(folder.path, path), ...more);
    expect(await run('--dry-run')).toMatchObject({
      exit: 0,
      out: 'Would import example.org, selector sel.2026, 2048 bits, found in the DNS.\n1 to be imported, 0 unchanged, 0 refused.\n',
    });
    expect(await place.json('domain', 'list')).toEqual([]);
    expect(await run()).toMatchObject({
      exit: 0,
      out: 'Imported example.org, selector sel.2026, 2048 bits, found in the DNS.\n1 imported, 0 unchanged, 0 refused.\n',
    });
    expect(await place.json('domain', 'list')).toMatchObject([{ domain: 'example.org', verified: true }]);
    expect((await run()).out).toMatch(/^Unchanged: example\.org.*\n0 imported, 1 unchanged, 0 refused\.\n$/);
  },
);

test('rspamd’s own file names tell domain and selector apart', async () => {
  await using place = await onTheFolder();
  await using folder = await folderOf({ 'example.org.dkim.key': KEY.pem });
  publish(place, 'dkim');
  const { out } = await place.run('import', '--format', 'rspamd', folder.path);
  expect(out).toContain('Imported example.org, selector dkim, 2048 bits');
});

test('rspamd’s settings are read as rspamd reads them, with a line for each thing that is not', async () => {
  await using place = await onTheFolder();
  await using folder = await folderOf({
    'dkim_signing.conf': `\ufeff.include(try=true) "$LOCAL_CONFDIR/more.conf"
dkim_signing {
  selector = main
  path: keys/$domain/$selector.key # each in its folder
  selector_map = file://${'PLACE'}/selectors.map;
  path_map [ "./paths.map", "redis://localhost" ]
  key_table = /nowhere/KeyTable
  use_redis = true; use_vault = false
  sign_condition = <<EOD
return function(task) { if "
EOD
  domain { .include "$LOCAL_CONFDIR/domains.conf"
    in.example { .include(try=true) "./in.conf" } }
  domain "named.example" { selector = "a"; path = "/nowhere/$domain.$selector" }
  domain {
    Bare.example {}
    two.example { selectors = [{selector = one}, {selector = "t\\wo", path = "./mapped.key"}] },
    three.example
    { }
  }
}
`,
    'paths.map': 'mapped.example ./mapped.key\n',
    'selectors.map': '# ours\nmapped.example mapped\n',
    'mapped.key': KEY.pem,
    'keys/bare.example/main.key': KEY.pem,
    'keys/two.example/one.key': KEY.pem,
    'keys/found.example/main.key': KEY.pem,
    'keys/found.example/old.key': KEY.pem,
  });
  const file = join(folder.path, 'dkim_signing.conf');
  await writeFile(file, (await readFile(file, 'utf8')).replace('PLACE', folder.path));
  const { exit, out } = await place.run('import', '--format', 'rspamd', '--unproved', '--dry-run', file);
  const lines = out.split('\n').filter((line) => line !== '');
  expect(exit).toBe(3);
  expect(lines.map((line) => line.replaceAll(folder.path, '').replace(/, 2048 bits.*/, '')).sort()).toEqual([
    '4 to be imported, 0 unchanged, 10 refused.',
    'Refused /dkim_signing.conf, line 12: The included file is not read. Import it, too, if it names keys.',
    'Refused /dkim_signing.conf, line 13: The included file is not read. Import it, too, if it names keys.',
    'Refused /dkim_signing.conf, line 1: The included file is not read. Import it, too, if it names keys.',
    'Refused /dkim_signing.conf, line 6: The file that this line names is not here.',
    'Refused /dkim_signing.conf, line 7: The file that this line names is not here.',
    'Refused /dkim_signing.conf, line 8: Keys in Redis are not read. Write them to files first.',
    'Refused /dkim_signing.conf, line 9: The program in this setting, which chooses keys by itself, is not run.',
    'Refused named.example, selector a: /nowhere/named.example.a cannot be read: there is no such file. (/dkim_signing.conf, line 14)',
    'Refused three.example, selector main: /keys/three.example/main.key cannot be read: there is no such file. (/dkim_signing.conf, line 18)',
    'Refused two.example, selector two: A domain has one key here, and would have that of selector one (/dkim_signing.conf, line 17) already. (/dkim_signing.conf, line 17)',
    'Would import bare.example, selector main',
    'Would import found.example, selector main',
    'Would import mapped.example, selector mapped',
    'Would import two.example, selector one',
  ]);
});

test.each([
  ['domain { example.org { selector = "x" }', 'line 1: the settings can’t be read: a } or ] is missing.'],
  ['\n}', 'line 2: the settings can’t be read: there is a } too many.'],
  ['a [ 1 }', 'line 1: the settings can’t be read: there is a } too many.'],
  ['\nselector = "x\n', 'line 2: the settings can’t be read: a " is missing.'],
  ['/* /* */', 'line 1: the settings can’t be read: a */ is missing.'],
  ['selector =\n', 'line 1: the settings can’t be read: a value is missing.'],
  ['x = <<EOD\ny\n', 'line 1: the settings can’t be read: a line EOD is missing.'],
  ['a {'.repeat(1000), 'line 1: the settings can’t be read: sections are nested too deeply.'],
  ['-----BEGIN PRIVATE KEY-----\nMIIE', 'line 2: the settings can’t be read: a value is missing.'],
])(
  'settings of rspamd that end or nest as %j does are refused with the line that can’t be read',
  async (text, said) => {
    await using place = await onTheFolder();
    await using folder = await folderOf({ 'dkim_signing.conf': text });
    const { exit, err } = await place.run('import', '--format', 'rspamd', folder.path);
    expect({ exit, err }).toEqual({ exit: 2, err: expect.stringContaining(said) });
  },
);

test('an import says line by line what it took and why not, and takes the rest', async () => {
  await using place = await onTheFolder();
  const short = newKey(1024);
  await using folder = await folderOf({
    KeyTable: `good example.org:good:./good.pem
gone example.org:gone:./good.pem
missing example.net:a:./missing.pem
percent %:a:./good.pem
nonsense
name a_b:a:./good.pem
short mail.example.org:short:./short.pem
`,
    'good.pem': KEY.pem,
    'short.pem': short.pem,
  });
  publish(place, 'good');
  place.dns.publish('short._domainkey.mail.example.org', { TXT: [short.record] });
  const { exit, out } = await place.run('import', '--format', 'opendkim', folder.path);
  expect(exit).toBe(3);
  for (const line of [
    /^2 imported, 0 unchanged, 5 refused\.$/m,
    /^Imported example\.org, selector good, 2048 bits, found in the DNS\.$/m,
    /^Imported mail\.example\.org, selector short, 1024 bits, found in the DNS\. The key has 1024 bits/m,
    /^Refused \S*KeyTable, line 4: The line stands for every domain \(%\)\. Name each domain in a line of its own\.$/m,
    /^Refused .*KeyTable, line 5: The line is not name, space/m,
    /^Refused a_b, selector a: /m,
    /^Refused example\.net, selector a: .*missing\.pem cannot be read/m,
    /^Refused example\.org, selector gone: /m,
  ])
    expect(out).toMatch(line);
  expect(out.trimEnd().split('\n')).toHaveLength(8);
});

test('of several keys of a domain, the first one is taken, and a dry run says so', async () => {
  await using place = await onTheFolder();
  const later = newKey();
  await using folder = await folderOf({
    'keys.csv': `domain,selector,private_key,key_file
example.org,first,,a.pem
Example.org.,later,${quoted(later.pem)},
`,
    'a.pem': KEY.pem,
  });
  const run = (...more: string[]) =>
    place.run('import', '--format', 'csv', '--unproved', join(folder.path, 'keys.csv'), ...more);
  expect((await run('--dry-run')).out).toMatch(
    /^Would import example\.org, selector first, .*\nRefused Example\.org\., selector later: A domain has one key here, .*\n1 to be imported, 0 unchanged, 1 refused\.\n$/,
  );
  expect((await run()).out).toMatch(
    /^Imported example\.org, selector first, .*\nRefused Example\.org\., selector later: Account 1 holds example\.org already.*\n1 imported, 0 unchanged, 1 refused\.\n$/,
  );
});

test('on a terminal, an import rewrites one line that says how far it is, and takes it away at the end', async () => {
  await using place = await onTheFolder();
  await using folder = await folderOf({ 'example.org/a.pem': KEY.pem, 'example.net/b.pem': 'no key' });
  const argv = ['import', '--format', 'pem', '--unproved', folder.path];
  const { out, err } = await runInProcess(argv, place.environment, () => Promise.resolve(''));
  expect(out.trimEnd().split('\n')).toHaveLength(3);
  const rewritten = err.split('\r\u001b[K');
  expect(rewritten.filter((text) => text !== '')).toEqual(['1 of 2', '2 of 2']);
  expect(rewritten.at(-1)).toBe('');
  expect((await place.run(...argv)).err).toBe('');
});

const MIB = 1024 ** 2;

/** What would take the memory or the time of minutes, and what is said of it. */
const ENDLESS: [what: string, format: string, files: Record<string, string>, path: string, error: string][] =
  [
    ['a large file', 'csv', { 'k.csv': 'x'.repeat(64 * MIB + 1) }, 'k.csv', 'is too large'],
    ['millions of empty lines', 'opendkim', { KeyTable: '\n'.repeat(200 * MIB) }, '.', 'is too large'],
    ['millions of lines', 'opendkim', { KeyTable: 'a\n'.repeat(3e6) }, '.', 'more than 2,000,000 lines'],
    ['millions of cells', 'csv', { 'k.csv': ','.repeat(3e6) }, 'k.csv', 'more than 2,000,000 cells'],
    [
      'millions of settings',
      'rspamd',
      { 'a.conf': 'a=1;'.repeat(3e6) },
      'a.conf',
      'more than 2,000,000 settings',
    ],
    [
      'a table again and again',
      'rspamd',
      { 'a.conf': 'selector_map = "m";\n'.repeat(1e4), m: 'example.org s\n'.repeat(1e5) },
      'a.conf',
      'is too large: an import reads 64 MiB of tables in all. Split it.',
    ],
  ];

test.each(ENDLESS)(
  '%s (%s) is refused, and nothing of it is taken',
  async (_, format, files, path, error) => {
    await using place = await onTheFolder();
    await using folder = await folderOf(files);
    const { exit, out, err } = await place.run('import', '--format', format, join(folder.path, path));
    expect({ exit, out, err }).toEqual({ exit: 2, out: '', err: expect.stringContaining(error) });
  },
);

test('a path of keys that no path can be is said to be none', async () => {
  await using place = await onTheFolder();
  await using folder = await folderOf({
    'a.conf': `path = "/tmp/${'$domain'.repeat(1e6)}.key";\nselector_map = "m";\n`,
    m: `${'x'.repeat(1_000)}.org s\n`,
  });
  const { exit, out } = await place.run('import', '--format', 'rspamd', join(folder.path, 'a.conf'));
  expect([exit, out.replaceAll(folder.path, '')]).toEqual([
    3,
    expect.stringMatching(
      /^(?:Refused \S+, line \d: The path of the keys is longer than a path can be\.\n){2}0 imp/,
    ),
  ]);
});

test.skipIf(process.platform === 'win32')(
  'a named pipe in the place of a table or a key is not waited for',
  async () => {
    await using place = await onTheFolder();
    await using folder = await folderOf({
      KeyTable: 'a example.org:s:./pipe\n',
      'a.conf': 'key_table = "pipe";\n',
    });
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    const run = (format: string, path: string) =>
      place.run('import', '--format', format, join(folder.path, path));
    const refusal = { exit: 2, err: expect.stringContaining('pipe is no ordinary file.') };
    for (const format of ['opendkim', 'csv', 'rspamd'])
      expect(await run(format, 'pipe')).toMatchObject(refusal);
    expect(await run('rspamd', 'a.conf')).toMatchObject(refusal);
    expect(await run('opendkim', 'KeyTable')).toMatchObject({
      exit: 3,
      out: expect.stringContaining('pipe is no ordinary file.'),
    });
  },
);

test('a CSV file whose quotation mark is closed nowhere is refused, however long it is', async () => {
  await using place = await onTheFolder();
  await using folder = await folderOf({
    'keys.csv': `domain,selector,private_key\n"${'x'.repeat(16 * 1024 ** 2)}`,
  });
  const { exit, err } = await place.run('import', '--format', 'csv', join(folder.path, 'keys.csv'));
  expect({ exit, err }).toEqual({
    exit: 2,
    err: expect.stringContaining('a quotation mark out of place in row 2.'),
  });
});

test('what was exported is imported elsewhere without loss', async () => {
  await using one = await onTheFolder();
  await using other = await onTheFolder();
  await using first = await folderOf({});
  await using second = await folderOf({});
  const names = ['example.org', 'mail.example.org', 'bücher.example', 'example.co.uk'];
  for (const [at, name] of names.entries())
    await one.json('domain', 'add', name, ...(at === 0 ? ['--selector', '2026.main'] : []));
  for (const format of ['opendkim', 'rspamd', 'pem']) {
    await one.run('keys', 'export', '--format', format, '--unverified', first.path);
    const imported = await other.run('import', '--format', format, '--unproved', first.path);
    expect(imported).toMatchObject({ exit: 0 });
    await other.run('keys', 'export', '--format', format, '--unverified', second.path);
    const [before, after] = [await filesOf(first.path), await filesOf(second.path)];
    expect(before).toHaveLength(format === 'pem' ? 4 : 6);
    expect(after).toEqual(before);
  }
});

/** Names and contents, without the folder's own name and the manifest. */
async function filesOf(folder: string): Promise<string[][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async (path) => [
      path.slice(folder.length),
      (await readFile(path, 'utf8')).replaceAll(folder, ''),
    ]),
  );
}
