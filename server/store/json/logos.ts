import { createHash } from 'node:crypto';
import type { StoreLog } from '../store-log.ts';
import { accountOf, type DataFolder } from './disk/data-folder.ts';
import { readFailed, writeFailed } from './disk/errors.ts';
import type { Folder } from './disk/folder.ts';
import { DamagedFileError, JsonFile, jsonText } from './disk/json-file.ts';
import { FORMAT, LogoFileShape } from './formats/files.ts';

/**
 * `logos/`: a file a logo, named after its account and its hash, so that `installation.json` decides which of two counts
 * while one takes the other's place.
 */
export class Logos {
  readonly #folder: Folder;
  readonly #log: StoreLog;

  constructor({ logos }: Pick<DataFolder, 'logos'>, log: StoreLog) {
    this.#folder = logos;
    this.#log = log;
  }

  /**
   * Undefined: it is not there, or damaged.
   * @throws LetterheadError `unavailable` where it cannot be read now.
   */
  async read(account: number, hash: string): Promise<string | undefined> {
    try {
      return (await readLogo(this.#folder, account, hash)) ?? undefined;
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw readFailed(error);
      this.#log.warn({ account, err: error }, 'a logo could not be read');
      return undefined;
    }
  }

  /** @throws LetterheadError `unavailable`. */
  async write(account: number, png: string): Promise<void> {
    try {
      await this.#folder.replaceDurably(nameOf(account, hashOf(png)), jsonText({ format: FORMAT, png }));
    } catch (error) {
      throw writeFailed(error);
    }
  }

  /** Removes the logos of an account but the one with this hash; what cannot be removed now, a later start removes. */
  async removeOthers(account: number, hash: string | null): Promise<void> {
    await this.#removeUnless((name) => accountOf(name) !== account || name === nameOf(account, hash));
  }

  /** Removes the logos that no account has. */
  async clearOrphans(accounts: readonly { readonly id: number; readonly logo: string | null }[]) {
    const named = new Set(accounts.map(({ id, logo }) => nameOf(id, logo)));
    await this.#removeUnless((name) => named.has(name));
  }

  async #removeUnless(isKept: (name: string) => boolean): Promise<void> {
    const names = await this.#folder.names().catch(() => []);
    for (const name of names.filter((one) => !isKept(one))) await this.#folder.remove(name).catch(() => {});
  }
}

/**
 * The PNG in Base64; null where the file is not there.
 * @throws DamagedFileError, and the system's errors.
 */
export async function readLogo(folder: Folder, account: number, hash: string): Promise<string | null> {
  const name = nameOf(account, hash);
  const file = new JsonFile(folder, name, `logos/${name}`, LogoFileShape);
  const found = await file.read();
  if (found === null) return null;
  if (hashOf(found.png) !== hash)
    throw new DamagedFileError(`${file.label} is damaged (it holds another picture)`);
  return found.png;
}

function hashOf(png: string): string {
  return createHash('sha256').update(png, 'base64').digest('hex');
}

function nameOf(account: number, hash: string | null): string {
  return `${account}.${hash}.json`;
}
