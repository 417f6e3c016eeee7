import { join } from 'node:path';
import { errorCode, unlessMissing } from '../../../errno.ts';
import { FairSemaphore } from '../../../fair-semaphore.ts';
import { FILE_LIMITS } from '../../../limits.ts';
import { type FileSystem, type OpenFile, type Text, writeText } from './file-system.ts';

/** The file has its new content, but whether that would outlive a power cut is not known. */
export class UnsyncedReplacementError extends Error {
  override readonly name = 'UnsyncedReplacementError';
}

/** Ends the name of a file that is being written; a start removes what such a name is left on. */
export const TEMPORARY_SUFFIX = '.tmp';

interface FolderOptions {
  /** Comes before the name of a file that is being written. */
  readonly temporaries?: string;
  /** Whose turn at the gate a file takes: an account's id, or `INSTALLATION`. */
  readonly ownerOf?: (name: string) => number;
}

/** A folder of files that are replaced as a whole: a reader finds the old content or the new one. */
export class Folder {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly gate: FileGate;
  #handle: Promise<OpenFile> | null = null;
  #syncing: Promise<void> | null = null;
  #nextSync: Promise<void> | null = null;

  readonly #temporaries: string;
  readonly #ownerOf: (name: string) => number;

  constructor(path: string, fileSystem: FileSystem, gate: FileGate, options: FolderOptions = {}) {
    this.path = path;
    this.#temporaries = options.temporaries ?? join(path, '/');
    this.#ownerOf = options.ownerOf ?? (() => INSTALLATION);
    this.fileSystem = fileSystem;
    this.gate = gate;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async names(): Promise<string[]> {
    return (await unlessMissing(this.fileSystem.readdir(this.path))) ?? [];
  }

  async has(name: string): Promise<boolean> {
    await using file = await unlessMissing(this.fileSystem.open(this.file(name), 'r'));
    return file !== null;
  }

  /** Does `work`, which reads the file, in the turn of the file's owner. */
  reading<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.gate.read(this.#ownerOf(name), work);
  }

  /** Does `work`, which writes the file, in the turn of the file's owner. See `FileGate.write`. */
  writing<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.gate.write(this.#ownerOf(name), work);
  }

  /** Null where the file is not there. */
  read(name: string): Promise<string | null> {
    return this.reading(name, () => unlessMissing(this.fileSystem.readText(this.file(name))));
  }

  /**
   * Replaces a file so that the new content is there after a power cut once this resolves, and the old one
   * if it rejects, but for `UnsyncedReplacementError`. One replacement a name at a time: the caller sees to it.
   */
  replaceDurably(name: string, text: Text): Promise<void> {
    return this.writing(name, async () => {
      await this.#replace(name, text, true);
      try {
        await this.sync();
      } catch (error) {
        throw new UnsyncedReplacementError(`${name} was replaced, but not synced`, { cause: error });
      }
    });
  }

  /** Replaces a file as a whole; a power cut may bring the old content back. */
  replaceLazily(name: string, text: Text): Promise<void> {
    return this.writing(name, () => this.#replace(name, text, false));
  }

  async #replace(name: string, text: Text, sync: boolean): Promise<void> {
    const temporary = this.#temporaries + name + TEMPORARY_SUFFIX;
    try {
      await this.#writeNew(temporary, text, sync);
      await this.fileSystem.rename(temporary, this.file(name));
    } catch (error) {
      await this.fileSystem.unlink(temporary).catch(() => {});
      throw error;
    }
  }

  async #writeNew(path: string, text: Text, sync: boolean): Promise<void> {
    await using file = await this.#openNew(path);
    await writeText(file, text);
    if (sync) await file.sync();
  }

  /** Whatever stands in its place is removed, and never written to: it may be a link to another file. */
  async #openNew(path: string): Promise<OpenFile> {
    try {
      return await this.fileSystem.open(path, 'wx');
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    await this.fileSystem.unlink(path);
    return this.fileSystem.open(path, 'wx');
  }

  /** False: it was not there. */
  remove(name: string): Promise<boolean> {
    const removal = () => this.fileSystem.unlink(this.file(name)).then(() => true);
    return this.writing(name, async () => (await unlessMissing(removal())) ?? false);
  }

  /**
   * Makes the names in the folder durable. Who comes while a sync is under way shares the next one with all the
   * others who wait: the one under way may have begun before their rename.
   */
  sync(): Promise<void> {
    if (this.#syncing === null) return this.#startSync();
    this.#nextSync ??= this.#syncing.catch(() => {}).then(() => this.#startSync());
    return this.#nextSync;
  }

  #startSync(): Promise<void> {
    this.#nextSync = null;
    const sync = this.#syncNow().finally(() => {
      if (this.#syncing === sync) this.#syncing = null;
    });
    this.#syncing = sync;
    return sync;
  }

  async #syncNow(): Promise<void> {
    this.#handle ??= this.fileSystem.open(this.path, 'r');
    try {
      await (await this.#handle).sync();
    } catch (error) {
      // A fresh handle next time: this one may never have been opened.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.then((file) => file[Symbol.asyncDispose]()).catch(() => {});
  }
}

/** Owns what is the whole installation's; accounts begin at 1. */
const INSTALLATION = 0;

/**
 * Bounds how many files are read and written at once, shared by account in turn, and holds writes back while something
 * needs the folder to stand still. A read may write while it is under way; a write must neither read nor write again
 * through the gate, since it might wait for itself.
 */
export class FileGate {
  readonly #reads = new FairSemaphore<number>({
    total: FILE_LIMITS.reads,
    perOwner: FILE_LIMITS.readsPerAccount,
  });
  readonly #writes = new FairSemaphore<number>({
    total: FILE_LIMITS.writes,
    perOwner: FILE_LIMITS.writesPerAccount,
  });
  /** Throws where nothing may be written (any more). */
  guard: () => void = () => {};
  /** Writes under way and those that wait for their turn. */
  #writing = 0;
  #holding: Promise<unknown> | null = null;
  #onIdle: (() => void) | null = null;

  /** `owner` is an account's id, or `INSTALLATION`. */
  read<T>(owner: number, work: () => Promise<T>): Promise<T> {
    return this.#reads.run(owner, work);
  }

  async write<T>(owner: number, work: () => Promise<T>): Promise<T> {
    while (this.#holding !== null) await this.#holding;
    this.#writing++;
    try {
      return await this.#writes.run(owner, () => this.#guarded(work));
    } finally {
      this.#writing--;
      if (this.#writing === 0) this.#onIdle?.();
    }
  }

  /** Waits for the writes that were begun, and lets no other begin before `work` is done. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    while (this.#holding !== null) await this.#holding;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holding = promise;
    try {
      await this.#idle();
      return await this.#guarded(work);
    } finally {
      this.#holding = null;
      resolve();
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    this.guard();
    return work();
  }

  async #idle(): Promise<void> {
    if (this.#writing === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
    this.#onIdle = null;
  }
}

/** Makes the names in a folder durable that nobody holds open; does nothing where there is no such folder. */
export async function syncFolder(path: string, fileSystem: FileSystem): Promise<void> {
  await using folder = await unlessMissing(fileSystem.open(path, 'r'));
  await folder?.sync();
}
