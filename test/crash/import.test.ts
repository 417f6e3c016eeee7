import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { makeWorkplace, type Workplace } from '../cli/letterhead-process.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { KEYS_FILE } from '../keys-file.ts';
import { createDatabase } from '../postgres/test-database.ts';
import { startProcess } from './server-process.ts';

const DOMAINS = 80;
const KILLS = 2;
/** A process is killed as soon as so many lines at most say what was taken. */
const LATEST = 20;

/** What is taken: the selector and the public key of each domain, in the order of names. */
type Keys = Readonly<Record<string, string>>;

/** Settings that say where the state is. */
type Settings = Readonly<Record<string, string>>;

/** Starts an import, and says which process is to be killed. */
type Start = (
  place: Workplace,
  settings: Settings,
  argv: readonly string[],
  token: string,
) => Promise<Importing>;

interface Importing {
  readonly command: ChildProcessWithoutNullStreams;
  kill(): unknown;
}

const onTheStore: Start = async (place, settings, argv) => {
  const command = place.start(argv, settings);
  return { command, kill: () => command.kill('SIGKILL') };
};

const throughServer: Start = async (place, settings, argv, token) => {
  const server = await startProcess(settings);
  const command = place.start(argv, { LETTERHEAD_URL: server.url, LETTERHEAD_TOKEN: token });
  return { command, kill: () => server.kill() };
};

const ON_FILES: [string, Start][] = [
  ['import on a data folder', onTheStore],
  ['server on files that is imported into', throughServer],
];
const ON_POSTGRES: [string, Start][] = [
  ['import on a database', onTheStore],
  ['server on a database that is imported into', throughServer],
];
const TITLE =
  'a killed %s has every key that was said to be taken and no half of another, and a rerun takes the rest';

test.each(ON_FILES)(
  TITLE,
  async (_, start) => {
    await using place = await makeWorkplace();
    await killImports(place, { DATA_DIR: place.dataDir }, start);
  },
  60_000,
);

test.each(ON_POSTGRES)(
  TITLE,
  async (_, start) => {
    await using database = await createDatabase();
    await using place = await makeWorkplace();
    const settings = { DATABASE_URL: database.url, SECRET_KEY: randomBytes(32).toString('base64') };
    await killImports(place, settings, start);
  },
  60_000,
);

async function killImports(place: Workplace, settings: Settings, start: Start): Promise<void> {
  const file = join(place.folder, 'keys.csv');
  const wanted = await writeKeys(file);
  await json(settings, 'account', 'create', 'Help desk');
  const { token } = await json(settings, 'token', 'create', '--scope', 'domains:write', 'import');
  const argv = ['import', '--format', 'csv', '--unproved', '--json', file];
  const said = new Set<string>();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    for (const name of await importAndKill(await start(place, settings, argv, token))) said.add(name);
    const held = await heldKeys(place, settings);
    expect(Object.keys(held)).toEqual(expect.arrayContaining([...said]));
    expect(held).toEqual(Object.fromEntries(Object.keys(held).map((name) => [name, wanted[name]])));
  }
  expect(said.size).toBeGreaterThan(0);
  expect((await place.run(argv, settings)).exit).toBe(0);
  expect(await heldKeys(place, settings)).toEqual(wanted);
}

async function writeKeys(file: string): Promise<Keys> {
  const pairs = (await readFile(KEYS_FILE, 'utf8')).trim().split('\n');
  const rows = Array.from({ length: DOMAINS }, (_, at) => {
    const { public_key, private_key } = JSON.parse(pairs[at % pairs.length] ?? '');
    return { domain: `customer-${at}.example`, selector: `sel-${at}`, public_key, private_key };
  });
  const lines = rows.map(
    ({ domain, selector, private_key }) =>
      `${domain},${selector},"-----BEGIN PRIVATE KEY-----\n${private_key}\n-----END PRIVATE KEY-----"`,
  );
  await writeFile(file, ['domain,selector,private_key', ...lines].join('\n'));
  return Object.fromEntries(rows.map((row) => [row.domain, `${row.selector} ${row.public_key}`]));
}

/** Resolves to the names that the import said to have taken, or to be there. */
async function importAndKill({ command, kill }: Importing): Promise<string[]> {
  const killAt = 1 + Math.floor(Math.random() * LATEST);
  const ended = once(command, 'close');
  command.stderr.resume();
  const said: string[] = [];
  let killed: unknown;
  for await (const line of createInterface({ input: command.stdout })) {
    const report = parseReport(line);
    if (report?.result != null) said.push(report.domain);
    if (said.length >= killAt) killed ??= kill();
  }
  await ended;
  await killed;
  return said;
}

/** Null for a line that was cut off. */
function parseReport(line: string): { readonly domain: string; readonly result: object | null } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Every domain of the account has a key that opens, and the events of its import. */
async function heldKeys(place: Workplace, settings: Settings): Promise<Keys> {
  const folder = join(place.folder, 'exported');
  const argv = ['keys', 'export', '--format', 'pem', '--unverified', folder];
  expect(await runInProcess(argv, settings)).toMatchObject({ exit: 0 });
  const domains: { domain: string }[] = await json(settings, 'domain', 'list');
  const events: { type: string; domain: { name: string } | null }[] = await json(settings, 'events');
  const names = domains.map(({ domain }) => domain).sort();
  for (const type of ['domain.created', 'key.imported'])
    expect(events.flatMap((event) => (event.type === type ? [event.domain?.name] : [])).sort()).toEqual(
      names,
    );
  expect((await readdir(join(folder, 'keys'))).sort()).toEqual(names);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await exportedKey(join(folder, 'keys', name))])),
  );
}

async function exportedKey(folder: string): Promise<string> {
  const [file = ''] = await readdir(folder);
  const spki = createPublicKey(await readFile(join(folder, file))).export({ type: 'spki', format: 'der' });
  return `${file.replace(/\.pem$/, '')} ${spki.toString('base64')}`;
}

/** The parsed output of a command on the store, which must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where it is another.
async function json(settings: Settings, ...argv: string[]): Promise<any> {
  const { exit, out, err } = await runInProcess([...argv, '--json'], settings);
  expect([exit, err]).toEqual([0, '']);
  return JSON.parse(out);
}
