import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { describeErrno, messageOf, unlessMissing } from '../errno.ts';
import { CLI_LIMITS, KEY_LIMITS } from '../limits.ts';
import { parseCsv } from './csv.ts';
import { UsageError } from './exit-code.ts';

/** A key of another installation, and the names that it has there; or why a line or file has none. */
export type KeySource =
  | {
      readonly from: string;
      readonly domain: string;
      readonly selector: string;
      readonly key: () => Promise<string>;
    }
  | { readonly from: string; readonly problem: string };

export const IMPORT_FORMATS = ['opendkim', 'rspamd', 'pem', 'csv'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What is longer than a name in the DNS may be a key in a wrong place, and is not printed. */
const MAX_PRINTED = 253;

/** Lists the keys of an installation, in the order of its tables or of its files' names. Throws `UsageError`. */
export async function listKeySources(format: ImportFormat, path: string): Promise<KeySource[]> {
  const absolute = resolve(path);
  try {
    const sources = await READERS[format](absolute, (await stat(absolute)).isDirectory());
    if (sources.length === 0) throw new UsageError(`There are no keys in ${path}.`);
    return sources.map(withoutMisplacedKey);
  } catch (error) {
    const reason = describeErrno(error);
    if (reason === null) throw error;
    throw new UsageError(`${path} cannot be read: ${reason}.`);
  }
}

function withoutMisplacedKey(source: KeySource): KeySource {
  if ('problem' in source || Math.max(source.domain.length, source.selector.length) <= MAX_PRINTED)
    return source;
  return {
    from: source.from,
    problem: 'The domain or the selector is too long to be one. Is a private key in its place?',
  };
}

type Reader = (path: string, isFolder: boolean) => Promise<KeySource[]>;

const READERS: Record<ImportFormat, Reader> = {
  /** A KeyTable, a folder with one, or a tree `<domain>/<selector>.private` as opendkim-genkey leaves it. */
  async opendkim(path, isFolder) {
    const table = isFolder ? join(path, 'KeyTable') : path;
    const text = await readTable(table);
    return text === null ? listTree(path, ['.private']) : readKeyTable(table, text);
  },
  /** A folder with selectors.map and paths.map, or with files `<domain>.<selector>.key`. */
  async rspamd(path, isFolder) {
    if (!isFolder) throw new UsageError('Give the folder with rspamd’s keys, such as /var/lib/rspamd/dkim.');
    const [selectors, paths] = await Promise.all(
      ['selectors.map', 'paths.map'].map((name) => readTable(join(path, name))),
    );
    return selectors != null && paths != null ? readMaps(path, selectors, paths) : listKeyFiles(path);
  },
  /** A tree `<domain>/<selector>.pem`. */
  async pem(path, isFolder) {
    if (!isFolder) throw new UsageError('Give a folder with files <domain>/<selector>.pem.');
    return listTree(path, ['.pem', '.key', '.private']);
  },
  /** `domain`, `selector` and `private_key`, or `key_file` relative to the CSV file. */
  async csv(path) {
    return readCsv(path, (await readTable(path)) ?? '');
  },
};

/** Lines `<name> <domain>:<selector>:<path or key>`. */
function readKeyTable(table: string, text: string): KeySource[] {
  return linesOf(text).map(({ line, number }) => {
    const from = `${table}, line ${number}`;
    const [, domain = '', selector = '', key = ''] = /^\S+\s+([^:\s]+):([^:\s]+):(.+)$/.exec(line) ?? [];
    if (domain === '') return { from, problem: 'The line is not name, space, domain:selector:path.' };
    if (domain === '%')
      return {
        from,
        problem: 'The line stands for every domain (%). Name each domain in a line of its own.',
      };
    const isPath = /^\.{0,2}\//.test(key);
    return { from, domain, selector, key: isPath ? fileKey(resolve(dirname(table), key)) : async () => key };
  });
}

function readMaps(folder: string, selectors: string, paths: string): KeySource[] {
  const pathOf = new Map(linesOf(paths).map(({ line }) => pairOf(line)));
  return linesOf(selectors).map(({ line, number }) => {
    const from = `${join(folder, 'selectors.map')}, line ${number}`;
    const [domain, selector] = pairOf(line);
    const path = pathOf.get(domain);
    if (path === undefined) return { from, problem: 'paths.map has no key of this domain.' };
    return { from, domain, selector, key: fileKey(resolve(folder, path)) };
  });
}

function pairOf(line: string): [name: string, value: string] {
  const [name = '', value = ''] = line.split(/\s+/);
  return [name.toLowerCase(), value];
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

async function listTree(folder: string, extensions: readonly string[]): Promise<KeySource[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort().flatMap((from) => {
    const extension = extensions.find((one) => from.endsWith(one));
    if (extension === undefined) return [];
    return [
      { from, domain: basename(dirname(from)), selector: basename(from, extension), key: fileKey(from) },
    ];
  });
}

function readCsv(path: string, text: string): KeySource[] {
  const [header = [], ...rows] = parseCsv(text);
  const at = (name: string) => header.findIndex((cell) => cell.trim().toLowerCase() === name);
  const [domain, selector, key, file] = [at('domain'), at('selector'), at('private_key'), at('key_file')];
  if (domain < 0 || selector < 0 || (key < 0 && file < 0))
    throw new UsageError(
      'The first line of the CSV file must name domain, selector and private_key or key_file.',
    );
  return rows.map((cells, row) => {
    const from = `${path}, row ${row + 2}`;
    // A line of a key that is not in quotes.
    if (cells.length < header.length)
      return {
        from,
        problem: 'The row has fewer cells than the first line. Put a key of several lines in quotes.',
      };
    const pem = cells[key]?.trim() ?? '';
    const keyFile = cells[file]?.trim() ?? '';
    return {
      from,
      domain: cells[domain]?.trim() ?? '',
      selector: cells[selector]?.trim() ?? '',
      key: pem !== '' ? async () => pem : fileKey(resolve(dirname(path), keyFile)),
    };
  });
}

/** Reads a key's file when it is its turn. Rejects with a sentence. */
function fileKey(path: string): () => Promise<string> {
  return async () => {
    try {
      return (await read(path, KEY_LIMITS.characters)) ?? '';
    } catch (error) {
      const file = path.length > MAX_PRINTED ? 'The key’s file' : path;
      throw new Error(`${file} cannot be read: ${describeErrno(error) ?? messageOf(error)}.`);
    }
  };
}

/** Null if there is no such file. Throws `UsageError` rather than leave out the end of a long one. */
async function readTable(path: string): Promise<string | null> {
  const found = await unlessMissing(stat(path));
  if (found === null) return null;
  if (found.size > CLI_LIMITS.tableBytes)
    throw new UsageError(`${path} is larger than ${CLI_LIMITS.tableBytes / 1024 ** 2} MiB. Split it.`);
  return read(path, CLI_LIMITS.tableBytes);
}

/** Reads no more of a file than that many bytes and one. */
async function read(path: string, limit: number): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, limit + 1));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** Without comments and empty lines. */
function linesOf(text: string): { line: string; number: number }[] {
  return text
    .split('\n')
    .map((line, at) => ({ line: line.trim(), number: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}
