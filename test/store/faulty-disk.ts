import { type FileSystem, nodeFileSystem, type OpenFile } from '../../server/store/json/disk/file-system.ts';

export type Fault = 'ENOSPC' | 'EIO' | 'EACCES' | 'EROFS';

/** The machine's file system, of which any operation can be made to fail. Every call but a close counts as one. */
export class FaultyDisk {
  #operations = 0;
  #fault: { first: number; last: number; code: Fault } | null = null;
  #struck = false;

  /** Whether the fault has struck. */
  get struck(): boolean {
    return this.#struck;
  }

  get operations(): number {
    return this.#operations;
  }

  /** The `nth` operation from now fails; with `forGood`, so do all that come after it. */
  failAt(nth: number, code: Fault, forGood = false): void {
    const first = this.#operations + nth;
    this.#fault = { first, last: forGood ? Number.POSITIVE_INFINITY : first, code };
    this.#struck = false;
  }

  heal(): void {
    this.#fault = null;
  }

  readonly fileSystem: FileSystem = {
    mkdir: (path) => this.#run(() => nodeFileSystem.mkdir(path)),
    readdir: (path) => this.#run(() => nodeFileSystem.readdir(path)),
    readText: (path) => this.#run(() => nodeFileSystem.readText(path)),
    open: (path, flags) => this.#run(async () => this.#watch(await nodeFileSystem.open(path, flags))),
    rename: (from, to) => this.#run(() => nodeFileSystem.rename(from, to)),
    link: (from, to) => this.#run(() => nodeFileSystem.link(from, to)),
    unlink: (path) => this.#run(() => nodeFileSystem.unlink(path)),
    removeFolder: (path) => this.#run(() => nodeFileSystem.removeFolder(path)),
  };

  #watch(file: OpenFile): OpenFile {
    return {
      read: (into, position) => this.#run(() => file.read(into, position)),
      write: (data) =>
        this.#run(
          () => file.write(data),
          // A write that fails may leave its beginning behind.
          () => file.write(data.slice(0, data.length / 2)),
        ),
      truncate: (length) => this.#run(() => file.truncate(length)),
      size: () => this.#run(() => file.size()),
      sync: () => this.#run(() => file.sync()),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  }

  async #run<T>(operation: () => Promise<T>, halfway?: () => Promise<void>): Promise<T> {
    this.#operations++;
    const fault = this.#fault;
    if (fault === null || this.#operations < fault.first || this.#operations > fault.last) return operation();
    this.#struck = true;
    await halfway?.();
    throw Object.assign(new Error(`${fault.code}: made to fail`), { code: fault.code });
  }
}
