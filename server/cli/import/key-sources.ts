import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import { describeErrno, unlessMissing } from '../../errno.ts';
import { UsageError } from '../exit-code.ts';
import { parseCsv } from './csv.ts';
import { fileKey, type KeySource, readKeyTable, readTable } from './key-files.ts';
import { listRspamdKeys } from './rspamd-keys.ts';

export const IMPORT_FORMATS = ['opendkim', 'rspamd', 'pem', 'csv'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Lists the keys of an installation, in the order of its tables or of its files' names. Throws `UsageError`. */
export async function listKeySources(format: ImportFormat, path: string): Promise<KeySource[]> {
  const absolute = resolve(path);
  try {
    const found = await unlessMissing(stat(absolute));
    if (found === null) throw new UsageError(`There is no ${path}.`);
    const sources = await READERS[format](absolute, found.isDirectory());
    if (sources.length === 0) throw new UsageError(`There are no keys in ${path}.`);
    return sources.map(withoutMisplacedKey);
  } catch (error) {
    const reason = describeErrno(error);
    if (reason === null) throw error;
    throw new UsageError(`${path} cannot be read: ${reason}.`);
  }
}

function withoutMisplacedKey(source: KeySource): KeySource {
  if ('problem' in source || Math.max(source.domain.length, source.selector.length) <= MAX_NAME_LENGTH)
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
  rspamd: listRspamdKeys,
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
      'The first line of the CSV file must name domain, selector and private_key or key_file, with commas between them.',
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
