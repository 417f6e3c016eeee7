import type { Folder } from './folder.ts';
import type { StoreLog } from './store-log.ts';

interface LazyFileOptions {
  folder: Folder;
  name: string;
  /** The whole content, in parts; asked for part by part while the file is written. */
  text: () => Iterable<string>;
  /** Milliseconds between a change and the write that keeps it. */
  delay: number;
  log: StoreLog;
}

/** A file whose newest minute may be lost: changes are kept in memory, and written together some time later. */
export class LazyFile {
  readonly #options: LazyFileOptions;
  #timer: NodeJS.Timeout | null = null;
  #changed = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LazyFileOptions) {
    this.#options = options;
  }

  /** Something has changed that is to be kept. */
  touch(): void {
    this.#changed = true;
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.delay).unref();
  }

  /** Writes what has changed. A failure is logged, and the next touch or flush tries again. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const { folder, name, text, log } = this.#options;
    try {
      await folder.replaceLazily(name, text());
    } catch (error) {
      this.#changed = true;
      log.warn({ file: name, err: error }, 'a file that is written now and then could not be written');
    }
  }
}
