import { basename, dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../../server/store/json/disk/file-system.ts';

/** One file's content: what programs see, and what a power cut leaves of it for certain. */
interface Node {
  content: Buffer;
  synced: Buffer;
}

type Entries = Map<string, Node>;

/** The names as they were at the last sync, and after each change since: a journal keeps changes in their order. */
interface FolderState {
  entries: Entries;
  since: Entries[];
}

/** Which of two things a power cut leaves: a number from 0 to `options - 1`. */
export type Chance = (options: number) => number;

/**
 * A disk in memory that keeps apart what has been synced and what has not, as no real one lets a test see:
 * content is safe once its file was synced, names once their folder was. The power goes at a given operation;
 * of what was not synced then, chance says what is left.
 */
export class PowerCutDisk {
  readonly #folders: Map<string, FolderState>;
  #operations = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(folders: Map<string, FolderState> = new Map()) {
    this.#folders = folders;
  }

  get operations(): number {
    return this.#operations;
  }

  get isCut(): boolean {
    return this.#operations >= this.#cutAt;
  }

  /** The `nth` operation from now does not happen, nor does any after it. */
  cutAt(nth: number): void {
    this.#cutAt = this.#operations + nth;
  }

  /** What the machine finds when the power is back. */
  afterCut(chance: Chance): PowerCutDisk {
    const nodes = new Map<Node, Node>();
    const survivor = (node: Node): Node => {
      const content = survivingContent(node, chance);
      const known = nodes.get(node) ?? { content, synced: content };
      nodes.set(node, known);
      return known;
    };
    const folders = new Map<string, FolderState>();
    for (const [path, { since }] of this.#folders) {
      const left: Entries = new Map();
      for (const [name, node] of since[chance(since.length)] ?? []) left.set(name, survivor(node));
      folders.set(path, { entries: left, since: [left] });
    }
    return new PowerCutDisk(folders);
  }

  /** What the next process finds where this one was killed: the system still has what was not synced. */
  afterKill(): PowerCutDisk {
    return new PowerCutDisk(this.#folders);
  }

  readonly fileSystem: FileSystem = {
    mkdir: (path) => this.#run(() => this.#makeFolder(path)),
    readdir: (path) => this.#run(() => [...this.#folder(path).entries.keys()]),
    readText: (path) => this.#run(() => this.#node(path).content.toString('utf8')),
    open: (path, flags) => this.#run(() => this.#open(path, flags)),
    rename: (from, to) =>
      this.#run(() => {
        const node = this.#node(from);
        this.#rearrange(dirname(from), (entries) => {
          entries.delete(basename(from));
          entries.set(basename(to), node);
        });
      }),
    link: (from, to) =>
      this.#run(() => {
        const node = this.#node(from);
        this.#rearrange(dirname(to), (entries) => entries.set(basename(to), node));
      }),
    unlink: (path) =>
      this.#run(() => {
        this.#node(path);
        this.#rearrange(dirname(path), (entries) => entries.delete(basename(path)));
      }),
    removeFolder: (path) =>
      this.#run(() => {
        this.#folders.delete(path);
      }),
  };

  /** Folders are there for good as soon as they are made: whether they are synced is not what is looked at here. */
  #makeFolder(path: string): string | undefined {
    if (this.#folders.has(path)) return undefined;
    const above = dirname(path);
    const made = above === path ? undefined : this.#makeFolder(above);
    const entries: Entries = new Map();
    this.#folders.set(path, { entries, since: [entries] });
    return made ?? path;
  }

  #open(path: string, flags: string): OpenFile {
    const folder = this.#folders.get(path);
    if (folder !== undefined) return this.#openFolder(folder);
    const known = this.#folder(dirname(path)).entries.get(basename(path));
    if (known === undefined && flags.startsWith('r')) throw missing(path);
    const node = known ?? { content: Buffer.alloc(0), synced: Buffer.alloc(0) };
    if (known === undefined) this.#rearrange(dirname(path), (entries) => entries.set(basename(path), node));
    if (known !== undefined && flags === 'wx') throw Object.assign(new Error(path), { code: 'EEXIST' });
    return this.#openNode(node);
  }

  #openNode(node: Node): OpenFile {
    const change = (content: Buffer) => {
      node.content = content;
    };
    const sync = () => {
      node.synced = node.content;
    };
    return {
      read: (into, position) => this.#run(() => node.content.copy(into, 0, position)),
      write: (data) => this.#run(() => change(Buffer.concat([node.content, Buffer.from(data)]))),
      truncate: (length) => this.#run(() => change(node.content.subarray(0, length))),
      size: () => this.#run(() => node.content.length),
      sync: () => this.#run(sync),
      async [Symbol.asyncDispose]() {},
    };
  }

  #openFolder(folder: FolderState): OpenFile {
    const sync = () => {
      folder.since = [folder.entries];
    };
    const nothing = { content: Buffer.alloc(0), synced: Buffer.alloc(0) };
    return { ...this.#openNode(nothing), sync: () => this.#run(sync) };
  }

  #rearrange(path: string, change: (entries: Entries) => void): void {
    const folder = this.#folder(path);
    folder.entries = new Map(folder.entries);
    change(folder.entries);
    folder.since.push(folder.entries);
  }

  #folder(path: string): FolderState {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw missing(path);
    return folder;
  }

  #node(path: string): Node {
    const node = this.#folder(dirname(path)).entries.get(basename(path));
    if (node === undefined) throw missing(path);
    return node;
  }

  /** Later than now, as on a real disk, so that what is called side by side is under way side by side. */
  async #run<T>(operation: () => T): Promise<T> {
    await null;
    this.#operations++;
    if (this.isCut) throw Object.assign(new Error('the power is gone'), { code: 'EIO' });
    return operation();
  }
}

/** The old content, the new one, or as much of the new one as had come down: all that was synced, where it goes on from there. */
function survivingContent({ content, synced }: Node, chance: Chance): Buffer {
  if (content === synced) return content;
  const kind = chance(3);
  if (kind === 0) return synced;
  if (kind === 2) return content;
  const safe = content.subarray(0, synced.length).equals(synced) ? synced.length : 0;
  return content.subarray(0, safe + chance(content.length - safe + 1));
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}
