import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describeErrno, unlessMissing } from '../../errno.ts';
import { CLI_LIMITS } from '../../limits.ts';
import { fileKey, isFile, type KeySource, linesOf, readKeyTable, readTable } from './key-files.ts';
import { parseUcl, type Setting } from './ucl.ts';

/** What rspamd goes by where its settings say nothing else. */
const DEFAULT_SELECTOR = 'dkim';
const DEFAULT_PATH = '/var/lib/rspamd/dkim/$domain.$selector.key';

/** Settings by which there are keys elsewhere than in files. */
const NOT_READ: Readonly<Record<string, string>> = {
  use_redis: 'Keys in Redis are not read. Write them to files first.',
  use_vault: 'Keys in a vault are not read. Write them to files first.',
  use_http_headers: 'Keys that come with each message are not read.',
  sign_condition: 'The program in this setting, which chooses keys by itself, is not run.',
  '.include': 'The included file is not read. Import it, too, if it names keys.',
};

const LONG_PATH = 'The path of the keys is longer than a path can be.';

/** A key as a line names it: maps and defaults have what it leaves out. */
interface NamedKey {
  readonly from: string;
  readonly domain: string;
  readonly selector?: string;
  readonly path?: string;
}

/** Values by domain, each with its line. */
type KeyMap = ReadonlyMap<string, { readonly value: string; readonly from: string }>;

/**
 * Lists the keys that rspamd signs with: by the settings of its module dkim_signing; or of a folder that has those, the
 * maps of an export, or files of rspamd's usual names.
 */
export async function listRspamdKeys(path: string, isFolder: boolean): Promise<KeySource[]> {
  const file = isFolder ? join(path, 'dkim_signing.conf') : path;
  const maps = { selector_map: join(path, 'selectors.map'), path_map: join(path, 'paths.map') };
  if (isFolder && (await Promise.all(Object.values(maps).map(isFile))).every(Boolean)) {
    const settings = Object.entries({ ...maps, try_fallback: 'no' });
    return new DkimSigning(
      file,
      settings.map(([name, text]) => ({ path: [name], text, line: 1 })),
    ).list();
  }
  const text = await readTable(file);
  return text === null ? listKeyFiles(path) : new DkimSigning(file, parseUcl(file, text)).list();
}

/** The last label before `.key` is the selector, as in rspamd's default path. */
async function listKeyFiles(folder: string): Promise<KeySource[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.key')).sort();
  return names.map((name) => {
    const from = join(folder, name);
    const [, domain = '', selector = ''] = /^(.+)\.([^.]+)\.key$/.exec(name) ?? [];
    if (domain === '') return { from, problem: 'The file’s name is not <domain>.<selector>.key.' };
    return { from, domain, selector, key: fileKey(from) };
  });
}

/** Settings of rspamd's module dkim_signing, read as rspamd 3.4 does (lua_dkim_tools.lua). */
class DkimSigning {
  readonly #file: string;
  readonly #settings: readonly Setting[];
  readonly #problems: KeySource[] = [];
  /** What may yet be read of tables: settings can name one again and again. */
  #bytesLeft: number = CLI_LIMITS.tableBytes;

  constructor(file: string, settings: readonly Setting[]) {
    this.#file = file;
    this.#settings = settings.map((one) =>
      one.path[0] === 'dkim_signing' ? { ...one, path: one.path.slice(1) } : one,
    );
  }

  async list(): Promise<KeySource[]> {
    const selectors = await this.#map('selector_map');
    const paths = await this.#map('path_map');
    const keys = this.#keysOfSections();
    const known = new Set(keys.map(({ domain }) => domain));
    for (const [domain, { from }] of [...selectors, ...paths]) {
      if (!known.has(domain)) keys.push({ from, domain });
      known.add(domain);
    }
    keys.push(...(await this.#keysOfFiles()).filter(({ domain }) => !known.has(domain)));
    for (const setting of this.#settings) this.#noteUnread(setting);
    const sources = keys.map((key) => this.#toSource(key, selectors, paths));
    return [...sources, ...(await this.#keyTable()), ...this.#problems];
  }

  #noteUnread({ path, text, line }: Setting): void {
    const problem = NOT_READ[path[0] ?? ''] ?? NOT_READ[path.find(isMacro) ?? ''];
    if (problem !== undefined && !isOff(text)) this.#problems.push({ from: this.#at(line), problem });
  }

  #toSource({ from, domain, ...key }: NamedKey, selectors: KeyMap, paths: KeyMap): KeySource {
    const selector = key.selector ?? selectors.get(domain)?.value ?? this.#selector();
    const path = key.path ?? paths.get(domain)?.value ?? this.#setting('path')?.text ?? DEFAULT_PATH;
    if (path.length > CLI_LIMITS.pathCharacters) return { from, problem: LONG_PATH };
    return { from, domain, selector, key: () => this.#read(path, domain, selector) };
  }

  #read(path: string, domain: string, selector: string): Promise<string> {
    const file = path.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (variable, braced, bare) => {
      const name: string = braced ?? bare;
      return name === 'domain' ? domain : name === 'selector' ? selector : variable;
    });
    return fileKey(resolve(dirname(this.#file), file))();
  }

  /** Sections `domain { example.org { … } }`, each with a key, or several in a list `selectors`. */
  #keysOfSections(): NamedKey[] {
    const keys = new Map<string, NamedKey>();
    const bare = new Map<string, NamedKey>();
    for (const { path, text, line } of this.#settings) {
      const [section, written, name, index, inner] = path;
      if (section !== 'domain' || written === undefined || isMacro(written)) continue;
      const key = { from: this.#at(line), domain: written.toLowerCase() };
      if (name === undefined) bare.set(key.domain, key);
      // What it includes may name the key.
      else if (isMacro(name)) bare.delete(key.domain);
      const field = name === 'selectors' ? inner : name;
      if ((field !== 'selector' && field !== 'path') || text === null) continue;
      const id = `${key.domain} ${name === 'selectors' ? index : ''}`;
      keys.set(id, { ...key, ...keys.get(id), [field]: text });
    }
    for (const { domain } of keys.values()) bare.delete(domain);
    return [...keys.values(), ...bare.values()];
  }

  async #map(name: string): Promise<KeyMap> {
    const map = new Map<string, { value: string; from: string }>();
    for (const { path, text, line } of this.#settings) {
      const table = path[0] === name && text !== null ? await this.#table(text, line) : null;
      for (const entry of linesOf(table?.text ?? '')) {
        const [domain = '', value = ''] = entry.line.split(/\s+/);
        map.set(domain.toLowerCase(), { value, from: `${table?.from}, line ${entry.number}` });
      }
    }
    return map;
  }

  /** Lines as OpenDKIM has them. */
  async #keyTable(): Promise<KeySource[]> {
    const setting = this.#setting('key_table');
    const table = setting === undefined ? null : await this.#table(setting.text, setting.line);
    return table === null ? [] : readKeyTable(table.from, table.text);
  }

  /** The file that a setting names; null where it is not here. */
  async #table(location: string, line: number): Promise<{ from: string; text: string } | null> {
    const from = resolve(dirname(this.#file), location.replace(/^(?:fallback\+)?file:\/\//, ''));
    const text = await readTable(from, this.#bytesLeft);
    this.#bytesLeft -= text?.length ?? 0;
    if (text !== null) return { from, text };
    this.#problems.push({ from: this.#at(line), problem: 'The file that this line names is not here.' });
    return null;
  }

  /** Keys of domains that no section or map names: files where `path` says that theirs are. */
  async #keysOfFiles(): Promise<NamedKey[]> {
    if (isOff(this.#setting('try_fallback')?.text ?? '')) return [];
    const setting = this.#setting('path');
    const from = this.#at(setting?.line ?? 1);
    if ((setting?.text.length ?? 0) > CLI_LIMITS.pathCharacters) {
      this.#problems.push({ from, problem: LONG_PATH });
      return [];
    }
    const path = resolve(dirname(this.#file), setting?.text ?? DEFAULT_PATH)
      .replaceAll(/\$(?:\{selector\}|selector\b)/g, () => this.#selector())
      .replaceAll(/\$\{domain\}/g, '$$domain');
    const [folder = '', rest] = path.split(/\/([^/]*\$domain.*)/s);
    if (rest === undefined) {
      const problem =
        'This key is every domain’s. Name the domains that it signs for in sections of their own.';
      this.#problems.push({ from, problem });
      return [];
    }
    const [entry = ''] = rest.split('/', 1);
    const [before = '', after = ''] = entry.split('$domain');
    const keys: NamedKey[] = [];
    for (const name of await this.#namesIn(folder, from)) {
      const domain = name.slice(before.length, name.length - after.length);
      const forDomain = (text: string) => text.replaceAll('$domain', () => domain);
      const file = join(folder, forDomain(rest));
      if (forDomain(entry) === name && (await isFile(file))) keys.push({ from: file, domain });
    }
    return keys;
  }

  async #namesIn(folder: string, from: string): Promise<string[]> {
    try {
      return ((await unlessMissing(readdir(folder))) ?? []).sort();
    } catch (error) {
      this.#problems.push({ from, problem: `The keys’ folder cannot be read: ${describeErrno(error)}.` });
      return [];
    }
  }

  #selector(): string {
    return this.#setting('selector')?.text ?? DEFAULT_SELECTOR;
  }

  /** The last one of this name, which rspamd goes by. */
  #setting(name: string): { text: string; line: number } | undefined {
    const found = this.#settings.findLast(
      ({ path, text }) => path.length === 1 && path[0] === name && text !== null,
    );
    return found === undefined ? undefined : { text: found.text ?? '', line: found.line };
  }

  #at(line: number): string {
    return `${this.#file}, line ${line}`;
  }
}

function isMacro(name: string): boolean {
  return name.startsWith('.');
}

function isOff(text: string | null): boolean {
  return text !== null && /^(?:false|no|off|0)$/i.test(text);
}
