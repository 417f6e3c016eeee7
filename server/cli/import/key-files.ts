import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MAX_NAME_LENGTH } from '../../dns/name.ts';
import { describeFileError, unlessMissing } from '../../errno.ts';
import { CLI_LIMITS, KEY_LIMITS } from '../../limits.ts';
import { UsageError } from '../exit-code.ts';

/** A key of another installation, and the names that it has there; or why a line or file has none. */
export type KeySource =
  | {
      readonly from: string;
      readonly domain: string;
      readonly selector: string;
      readonly key: () => Promise<string>;
    }
  | { readonly from: string; readonly problem: string };

/** Lines `<name> <domain>:<selector>:<path or key>`, up to a `#`. */
export function readKeyTable(table: string, text: string): KeySource[] {
  return Array.from(linesOf(text), ({ line, number }) => {
    const from = `${table}, line ${number}`;
    const [, domain = '', selector = '', key = ''] =
      /^\S+\s+([^:\s]+):([^:\s]+):([^#]+)(?<!\s)/.exec(line) ?? [];
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

/** Reads a key's file when it is its turn. Rejects with a sentence. */
export function fileKey(path: string): () => Promise<string> {
  return async () => {
    // What is longer than a name in the DNS may be a key in a wrong place, and is not printed.
    const file = path.length > MAX_NAME_LENGTH ? 'The key’s file' : path;
    const text = await unlessMissing(read(path, KEY_LIMITS.characters)).catch((error: unknown) => {
      throw new Error(`${file} cannot be read: ${describeFileError(error)}.`);
    });
    if (text === null) throw new Error(`${file} cannot be read: there is no such file.`);
    return text;
  };
}

/** Whether there is a file at a path, and no folder. */
export async function isFile(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path)))?.isFile() === true;
}

/** Null if there is no such file. Throws `UsageError` rather than leave out the end of one that is longer than `limit`. */
export async function readTable(path: string, limit: number = CLI_LIMITS.tableBytes): Promise<string | null> {
  const found = await unlessMissing(stat(path));
  if (found === null) return null;
  if (found.size > limit)
    throw new UsageError(
      `${path} is too large: an import reads ${CLI_LIMITS.tableBytes / 1024 ** 2} MiB of tables in all. Split it.`,
    );
  return read(path, limit);
}

/** Reads no more of a file than that many bytes and one. Does not wait for the other end of a pipe. */
async function read(path: string, limit: number): Promise<string> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const found = await file.stat();
  if (!found.isFile() && !found.isDirectory()) throw new UsageError(`${path} is no ordinary file.`);
  const buffer = Buffer.alloc(Math.min(found.size, limit + 1));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

/** Without comments and empty lines. Throws `UsageError` for too many. */
export function* linesOf(text: string): Generator<{ line: string; number: number }> {
  let count = 0;
  let number = 1;
  for (let at = 0; at < text.length; number++) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? undefined : end).trim();
    at = end < 0 ? text.length : end + 1;
    if (line === '' || line.startsWith('#')) continue;
    if (++count > CLI_LIMITS.tableEntries) throw tooMany('The table', 'lines');
    yield { line, number };
  }
}

export function tooMany(what: string, entries: string): UsageError {
  return new UsageError(
    `${what} has more than ${CLI_LIMITS.tableEntries.toLocaleString('en')} ${entries}. Split it.`,
  );
}
