import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonStore, type JsonStoreOptions, openJsonStore } from '../../server/store/json/json-store.ts';

/** In memory where the machine has such a place: how fast its disk syncs is not what is looked at. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A data folder of its own, and the stores that were opened in it; all gone afterwards. */
export interface JsonFolder extends AsyncDisposable {
  readonly path: string;
  /** What the stores logged: `level message details`. */
  readonly log: string[];
  /** Opens a store here, after closing the one that was open. */
  open(options?: Partial<JsonStoreOptions>): Promise<JsonStore>;
  close(): Promise<void>;
  /** A copy of what lies in the folder now, without the lock: what a start after a crash would find. */
  copy(): Promise<JsonFolder>;
}

export async function makeJsonFolder(): Promise<JsonFolder> {
  const path = await mkdtemp(join(PLACE, 'letterhead-store-'));
  const log: string[] = [];
  const note = (level: string) => (details: object, message: string) => {
    const error = 'err' in details && details.err instanceof Error ? details.err.message : '';
    log.push(`${level} ${message} ${JSON.stringify(details)} ${error}`);
  };
  let open: JsonStore | null = null;
  const close = async () => {
    await open?.close();
    open = null;
  };
  return {
    path,
    log,
    async open(options = {}) {
      await close();
      open = await openJsonStore({
        dataDir: path,
        clock: () => new Date('2026-01-31T12:00:00Z'),
        log: { info: note('info'), warn: note('warn'), error: note('error') },
        ...options,
      });
      return open;
    },
    close,
    async copy() {
      const copy = await makeJsonFolder();
      await copyFolder(path, copy.path);
      return copy;
    },
    async [Symbol.asyncDispose]() {
      await close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function copyFolder(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(target);
      await copyFolder(source, target);
    } else if (!entry.name.startsWith('lock')) {
      await copyFile(source, target);
    }
  }
}
