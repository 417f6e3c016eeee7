import type { Adapter } from 'lowdb';
import type { z } from 'zod';
import type { StoreLog } from '../../store-log.ts';
import { FORMAT, type Shape } from '../formats/files.ts';
import { NotTextError } from './file-system.ts';
import type { Folder } from './folder.ts';

/** A file that is there, but cannot be used as it is. The message names it and says in what way, on one line. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

/** Written by a Letterhead that knows more than this one. */
export class NewerFormatError extends DamagedFileError {
  constructor(label: string, format: number) {
    super(`${label} was written by a newer Letterhead (format ${format}, this one reads ${FORMAT})`);
  }
}

/**
 * lowdb's way to one JSON file. lowdb's own adapter renames without a sync, and believes what it reads;
 * this one writes durably, and what it reads has the file's shape.
 */
export class JsonFile<T extends object> implements Adapter<T> {
  /** As it is called in messages: `accounts/3.json`. */
  readonly label: string;
  readonly #folder: Folder;
  readonly #name: string;
  readonly #shape: Shape<T>;
  /** Of what was written last, for a while: of many rows, the next write changes few. */
  #rowTexts: RowTexts = new WeakMap();
  #forgetting: NodeJS.Timeout | null = null;

  constructor(folder: Folder, name: string, label: string, shape: Shape<T>) {
    this.#folder = folder;
    this.#name = name;
    this.label = label;
    this.#shape = shape;
  }

  /**
   * Null where there is no such file.
   * @throws DamagedFileError where its content is not what it should be; the system's error where it cannot be read.
   */
  async read(): Promise<T | null> {
    const found = await this.readVersioned();
    return found === null ? null : found.content;
  }

  /** As `read`; with the format that the file was written in. */
  async readVersioned(): Promise<Versioned<T> | null> {
    const text = await this.#folder.read(this.#name).catch((error: unknown) => {
      throw error instanceof NotTextError ? damaged(this.label, error.message) : error;
    });
    return text === null ? null : parseJsonFile(this.label, text, this.#shape);
  }

  write(data: T): Promise<void> {
    this.#forgetting ??= setTimeout(() => this.#forget(), ROW_TEXTS_KEPT_FOR).unref();
    this.#forgetting.refresh();
    return this.#folder.replaceDurably(this.#name, jsonText(data, this.#rowTexts));
  }

  #forget(): void {
    this.#rowTexts = new WeakMap();
    this.#forgetting = null;
  }
}

/** For a file that the store can do without: damage costs what was in it. */
export async function readIfUsable<T extends object>(file: JsonFile<T>, log: StoreLog): Promise<T | null> {
  try {
    return await file.read();
  } catch (error) {
    log.warn({ file: file.label, err: error }, 'ignoring an unreadable file of times');
    return null;
  }
}

/** Content in the shape of today, and the format that it came from. */
interface Versioned<T> {
  readonly content: T;
  readonly format: number;
}

/**
 * Reads content of this format or an earlier one.
 * @throws DamagedFileError. Its message quotes nothing of the content, for that may be a key.
 */
export function parseJsonFile<T>(label: string, text: string, shape: Shape<T>): Versioned<T> {
  let content = parseJson(label, text);
  if (shape.fits(content)) return { content, format: formatOf(content) ?? FORMAT };
  const format = formatOf(content) ?? FORMAT;
  if (format > FORMAT) throw new NewerFormatError(label, format);
  for (const upgrade of shape.upgrades.slice(format - 1)) content = expect(label, upgrade, content);
  if (shape.fits(content)) return { content, format };
  expect(label, shape.schema, content);
  throw damaged(label, 'it has another shape');
}

function expect(label: string, schema: z.ZodType, content: unknown): unknown {
  const { data, error } = schema.safeParse(content);
  const issue = error?.issues[0];
  if (issue === undefined) return data;
  throw damaged(label, [...issue.path, issue.message].join(': '));
}

function parseJson(label: string, text: string): unknown {
  if (text === '') throw damaged(label, 'it is empty');
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(label, 'it is not valid JSON');
  }
}

function damaged(label: string, reason: string): DamagedFileError {
  return new DamagedFileError(`${label} is damaged (${reason})`);
}

function formatOf(content: unknown): number | null {
  if (typeof content !== 'object' || content === null || !('format' in content)) return null;
  return typeof content.format === 'number' ? content.format : null;
}

/** How many rows are turned into text at once: some 40 KB of domains. */
const ROWS_AT_ONCE = 16;

const OPENING = JSON.stringify({ rows: [0] }, null, 2).indexOf('\n    0');
const CLOSING = '\n  ]\n}'.length;

/** The indented JSON of rows, which never change. */
export type RowTexts = WeakMap<object, string>;

/** Milliseconds. */
const ROW_TEXTS_KEPT_FOR = 5000;

/**
 * Indented JSON of an object, as `JSON.stringify(data, null, 2)` writes it and with a line feed at the end,
 * in parts: a list among its fields comes some rows at a time. `texts` has those of rows written before, and gets others.
 */
export function* jsonText(data: object, texts: RowTexts = new WeakMap()): Iterable<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(data)) {
    yield `${separator}  ${JSON.stringify(key)}: `;
    if (Array.isArray(value) && value.length > 0) yield* listText(value, texts);
    else yield JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    separator = ',\n';
  }
  yield '\n}\n';
}

function* listText(rows: readonly unknown[], texts: RowTexts): Iterable<string> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const some = rows.slice(at, at + ROWS_AT_ONCE);
    yield `${at === 0 ? '[' : ','}${some.map((row) => rowText(row, texts)).join(',')}`;
  }
  yield '\n  ]';
}

function rowText(row: unknown, texts: RowTexts): string {
  const isObject = typeof row === 'object' && row !== null;
  const known = isObject ? texts.get(row) : undefined;
  if (known !== undefined) return known;
  // Writing it as the list of a small object gets the indentation from the serialiser itself.
  const text = JSON.stringify({ rows: [row] }, null, 2).slice(OPENING, -CLOSING);
  if (isObject) texts.set(row, text);
  return text;
}
