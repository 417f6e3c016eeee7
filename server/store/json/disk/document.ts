import { setImmediate as roundOfEventLoop } from 'node:timers/promises';
import { Low } from 'lowdb';
import { REQUEST_LIMITS } from '../../../limits.ts';
import type { StoreLog } from '../../store-log.ts';
import { writeFailed } from './errors.ts';
import { type Folder, UnsyncedReplacementError } from './folder.ts';
import type { JsonFile } from './json-file.ts';

/** The document is closed: its account was deleted. */
export class DocumentClosedError extends Error {
  override readonly name = 'DocumentClosedError';
}

/** From one state to the next, with what the caller gets. The same state back: nothing is to be written. */
export type Step<T, R> = (state: T) => readonly [next: T, result: R];

interface Waiting<T> {
  /** Runs the step: the next state, and what to call once that is durable. */
  run(state: T): readonly [next: T, resolve: () => void];
  reject(error: unknown): void;
}

interface DocumentOptions<T> {
  log: StoreLog;
  /** Called before a write: what is to be written in the place of `after`. It must not reject. */
  prepare?: (before: T, after: T) => Promise<T>;
  /** Called right after a write, before those who waited for it go on. */
  onCommit?: (before: T, after: T) => void;
}

/**
 * One JSON file and its state. One write is in flight at a time; the changes that wait meanwhile share the next.
 * Who reads sees what is durable: `state` is switched after the write, and stays as it was where the write fails.
 */
export class Document<T extends object> {
  readonly #low: Low<T>;
  readonly #file: JsonFile<T>;
  readonly #log: StoreLog;
  readonly #prepare: (before: T, after: T) => Promise<T>;
  readonly #onCommit: (before: T, after: T) => void;
  #state: T;
  #waiting: Waiting<T>[] = [];
  #flushing: Promise<void> | null = null;
  #closed = false;
  #failing = false;
  /** The file may hold more than `state`: a write failed at a point where the old file was gone. */
  #ahead = false;

  /** `state` is what the file holds. */
  constructor(file: JsonFile<T>, state: T, options: DocumentOptions<T>) {
    this.#file = file;
    this.#low = new Low(file, state);
    this.#state = state;
    this.#log = options.log;
    this.#prepare = options.prepare ?? (async (_, after) => after);
    this.#onCommit = options.onCommit ?? (() => {});
  }

  get state(): T {
    return this.#state;
  }

  /**
   * Takes a step and resolves once it is durable. The step must not wait for anything, and what it throws rejects
   * its own change alone.
   * @throws LetterheadError `unavailable` where the write failed; DocumentClosedError.
   */
  change<R>(step: Step<T, R>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new DocumentClosedError());
      this.#waiting.push({
        run(state) {
          const [next, result] = step(state);
          return [next, () => resolve(result)];
        },
        reject,
      });
      this.#flushing ??= this.#flush();
    });
  }

  /** Waits for the write under way and turns everyone else away: the file is about to be removed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
  }

  /** Once nothing is being written; the file is as `state` says, where the disk lets it be. */
  async settled(): Promise<void> {
    await this.#flushing;
    if (this.#ahead) await this.#putBack();
  }

  async #flush(): Promise<void> {
    // Changes that are requested in the same turn of the event loop share the first write.
    await null;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      if (this.#closed) for (const waiting of batch) waiting.reject(new DocumentClosedError());
      else await this.#commit(batch);
    }
    this.#flushing = null;
  }

  async #commit(batch: readonly Waiting<T>[]): Promise<void> {
    const before = this.#state;
    let after = before;
    const written: { resolve: () => void; reject: (error: unknown) => void }[] = [];
    let began = performance.now();
    for (const waiting of batch) {
      if (performance.now() - began >= REQUEST_LIMITS.stretch) {
        // Each change can walk the whole document: between many, other work has its turn.
        await roundOfEventLoop();
        began = performance.now();
      }
      try {
        const [next, resolve] = waiting.run(after);
        // Nothing was changed, in this step or before it in the batch: there is no write to wait for.
        if (next === before) resolve();
        else written.push({ resolve, reject: waiting.reject });
        after = next;
      } catch (error) {
        waiting.reject(error);
      }
    }
    if (written.length === 0) return;
    after = await this.#prepare(before, after);
    try {
      await this.#write(after);
    } catch (error) {
      const failure = writeFailed(error);
      for (const { reject } of written) reject(failure);
      return;
    }
    this.#state = after;
    this.#onCommit(before, after);
    for (const { resolve } of written) resolve();
  }

  async #write(state: T): Promise<void> {
    this.#low.data = state;
    try {
      await this.#low.write();
    } catch (error) {
      this.#low.data = this.#state;
      if (!this.#failing) this.#log.error({ file: this.#file.label, err: error }, 'a write failed');
      this.#failing = true;
      if (error instanceof UnsyncedReplacementError) await this.#putBack();
      throw error;
    }
    this.#ahead = false;
    if (this.#failing) this.#log.info({ file: this.#file.label }, 'writes work again');
    this.#failing = false;
  }

  /** The write was refused to the caller, so it must not be found after a restart either. */
  async #putBack(): Promise<void> {
    this.#ahead = true;
    try {
      await this.#low.write();
      this.#ahead = false;
    } catch (error) {
      this.#log.error({ file: this.#file.label, err: error }, 'a write that failed could not be undone yet');
    }
  }
}

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
  #next: Promise<void> | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LazyFileOptions) {
    this.#options = options;
  }

  /** Something has changed that is to be kept. */
  touch(): void {
    this.#changed = true;
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.delay).unref();
  }

  /** Something has changed that is to be kept; resolves once it is in the file, or could not be written. */
  written(): Promise<void> {
    this.touch();
    this.#next ??= new Promise((resolve) => setTimeout(resolve, this.#options.delay)).then(() => {
      this.#next = null;
      return this.flush();
    });
    return this.#next;
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
