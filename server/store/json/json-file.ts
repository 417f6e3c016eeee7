import { isUtf8 } from 'node:buffer';
import type { Adapter } from 'lowdb';
import type { z } from 'zod';
import type { Folder } from './folder.ts';
import { FORMAT } from './formats.ts';
import { jsonText } from './json-text.ts';

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
  readonly #schema: z.ZodType<T>;

  constructor(folder: Folder, name: string, label: string, schema: z.ZodType<T>) {
    this.#folder = folder;
    this.#name = name;
    this.label = label;
    this.#schema = schema;
  }

  /**
   * Null where there is no such file.
   * @throws DamagedFileError where its content is not what it should be; the system's error where it cannot be read.
   */
  async read(): Promise<T | null> {
    const bytes = await this.#folder.read(this.#name);
    return bytes === null ? null : parseJsonFile(this.label, bytes, this.#schema);
  }

  /** See `Folder.replaceDurably`. */
  write(data: T): Promise<void> {
    return this.#folder.replaceDurably(this.#name, jsonText(data));
  }
}

/** @throws DamagedFileError. Its message quotes nothing of the content, for that may be a key. */
export function parseJsonFile<T>(label: string, bytes: Buffer, schema: z.ZodType<T>): T {
  const content = parseJson(label, bytes);
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const format = formatOf(content);
  if (format !== null && format > FORMAT) throw new NewerFormatError(label, format);
  const issue = result.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new DamagedFileError(`${label} is damaged (${place}${issue?.message ?? 'it has another shape'})`);
}

function parseJson(label: string, bytes: Buffer): unknown {
  if (bytes.length === 0) throw new DamagedFileError(`${label} is damaged (it is empty)`);
  if (!isUtf8(bytes)) throw new DamagedFileError(`${label} is damaged (it is not UTF-8 text)`);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new DamagedFileError(`${label} is damaged (it is not valid JSON)`);
  }
}

function formatOf(content: unknown): number | null {
  if (typeof content !== 'object' || content === null || !('format' in content)) return null;
  return typeof content.format === 'number' ? content.format : null;
}
