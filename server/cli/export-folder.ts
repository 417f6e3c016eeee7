import { readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LetterheadError } from '@letterhead/shared';
import { describeErrno, unlessMissing } from '../errno.ts';
import type { ExportFiles } from '../keys/export-formats.ts';
import { makeFolder } from '../make-folder.ts';
import { OPEN_FLAGS } from '../open-flags.ts';

/** Names every file that an export has written, so that no other is ever removed. */
const MANIFEST = '.letterhead-export.json';
/** There while the mail server was not told of what was written. */
const UNTOLD = '.letterhead-export-untold';
const KEY_FILE = { mode: 0o600, folderMode: 0o700 };
const TABLE = { mode: 0o644, folderMode: 0o755 };

/** A folder that a mail server reads its keys from. Rejects with `unavailable` where it can't be written. */
export class ExportFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the folder hold these files, and none that an earlier export wrote beside them. Each is replaced in one step:
   * keys before the tables that name them, and what is left over goes last. Resolves to whether anything was changed.
   */
  async replace(keyFiles: ExportFiles, tables: ExportFiles): Promise<boolean> {
    try {
      await makeFolder(this.path, TABLE.folderMode);
      const before = await this.#manifest();
      const wanted = [...keyFiles.keys(), ...tables.keys()];
      await this.#write(MANIFEST, JSON.stringify([...new Set([...before, ...wanted])]), KEY_FILE);
      let isChanged = false;
      for (const [name, text] of keyFiles) isChanged = (await this.#write(name, text, KEY_FILE)) || isChanged;
      for (const [name, text] of tables) isChanged = (await this.#write(name, text, TABLE)) || isChanged;
      const gone = before.filter((name) => !wanted.includes(name));
      for (const name of gone) await this.#remove(name);
      await this.#write(MANIFEST, JSON.stringify(wanted), KEY_FILE);
      return isChanged || gone.length > 0;
    } catch (error) {
      const reason = describeErrno(error);
      if (reason === null) throw error;
      throw new LetterheadError('unavailable', `${this.path} cannot be written: ${reason}.`, {
        cause: error,
      });
    }
  }

  /**
   * Runs a command that tells the mail server of what was written, if anything was, or a run before could not tell it.
   * Resolves to false where that failed: the next run does it again.
   */
  async tell(isChanged: boolean, command: () => Promise<boolean>): Promise<boolean> {
    if (isChanged) await this.#write(UNTOLD, '', KEY_FILE);
    else if ((await this.#read(UNTOLD)) === null) return true;
    const isTold = await command();
    if (isTold) await this.#remove(UNTOLD);
    return isTold;
  }

  async #manifest(): Promise<string[]> {
    const text = await this.#read(MANIFEST);
    if (text === null) return [];
    const names = parseManifest(text);
    if (names === null)
      throw new LetterheadError(
        'unavailable',
        `${join(this.path, MANIFEST)} is damaged, which lists what earlier exports wrote. Remove it, with the files that are no longer wanted.`,
      );
    // Whoever can change it must not be able to have anything else removed.
    return names.filter(
      (name): name is string => typeof name === 'string' && !name.split('/').includes('..'),
    );
  }

  /** Null if there is no such file. */
  #read(name: string): Promise<string | null> {
    return unlessMissing(readFile(join(this.path, name), { encoding: 'utf8', flag: OPEN_FLAGS.r }));
  }

  /** False if the file has this text already. */
  async #write(name: string, text: string, { mode, folderMode }: typeof KEY_FILE): Promise<boolean> {
    if ((await this.#read(name)) === text) return false;
    const path = join(this.path, name);
    await makeFolder(dirname(path), folderMode);
    const temporary = temporaryOf(path);
    await rm(temporary, { force: true });
    await writeFile(temporary, text, { flag: OPEN_FLAGS.wx, mode, flush: true });
    await rename(temporary, path);
    return true;
  }

  /** With the folder of its domain, unless there is another file in it. */
  async #remove(name: string): Promise<void> {
    const path = join(this.path, name);
    await rm(path, { force: true });
    await rm(temporaryOf(path), { force: true });
    if (dirname(path) !== this.path) await rmdir(dirname(path)).catch(() => {});
  }
}

/** Null: it was edited, or cut off. */
function parseManifest(text: string): unknown[] | null {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names : null;
  } catch {
    return null;
  }
}

/** Where a file is written before it takes its place. A kill may leave it. */
function temporaryOf(path: string): string {
  return `${path}.tmp`;
}
