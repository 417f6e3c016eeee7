import { basename, join } from 'node:path';
import type { LetterheadError } from '@letterhead/shared';
import { errorCode, unlessMissing } from '../../errno.ts';
import type { JsonValue } from '../interface/events.ts';
import type { StoreLog } from '../store-log.ts';
import { readFailed } from './disk/errors.ts';
import type { FileSystem } from './disk/file-system.ts';
import type { FileGate } from './disk/folder.ts';
import { Folder } from './disk/folder.ts';
import { parseJsonFile } from './disk/json-file.ts';
import { EvidenceFileShape, FORMAT } from './formats/files.ts';

/**
 * What can be lost of an account's domains or webhooks, in files that are replaced without a sync:
 * `evidence/<account>/<domain>.json` is what the last check of a domain saw, `deliveries/<account>/<webhook>.json` the last
 * deliveries of a webhook.
 */
export class Evidence {
  readonly #path: string;
  readonly #fileSystem: FileSystem;
  readonly #gate: FileGate;
  readonly #log: StoreLog;
  /** Until a read succeeds again. */
  #readFails = false;
  /** Accounts whose folder was there. */
  readonly #folders = new Set<number>();

  constructor(path: string, fileSystem: FileSystem, gate: FileGate, log: StoreLog) {
    this.#path = path;
    this.#fileSystem = fileSystem;
    this.#gate = gate;
    this.#log = log;
  }

  /**
   * Undefined: none, or what is there is damaged.
   * @throws LetterheadError `unavailable` where the system cannot read it now.
   */
  async read(account: number, domain: number): Promise<JsonValue | undefined> {
    const label = `${basename(this.#path)}/${account}/${domain}.json`;
    try {
      const text = await this.#folder(account).read(`${domain}.json`);
      this.#readFails = false;
      return text === null ? undefined : parseJsonFile(label, text, EvidenceFileShape).content.evidence;
    } catch (error) {
      if (!isDamage(error)) throw this.#refusal(label, error);
      this.#log.warn({ file: label, err: error }, 'evidence could not be read');
      return undefined;
    }
  }

  /** The log is told of the first of many: all of them fail while the process has no file left to open. */
  #refusal(label: string, error: unknown): LetterheadError {
    if (!this.#readFails) this.#log.error({ file: label, err: error }, 'evidence cannot be read now');
    this.#readFails = true;
    return readFailed(error);
  }

  /**
   * One write a domain at a time: the caller sees to it. Where `stillThere` is false by the end, the file is removed
   * again. @throws the system's errors.
   */
  async write(
    account: number,
    domain: number,
    evidence: JsonValue,
    stillThere: () => Promise<boolean>,
  ): Promise<void> {
    if (!(await stillThere())) return;
    const folder = this.#folder(account);
    const text = [`${JSON.stringify({ format: FORMAT, evidence }, null, 2)}\n`];
    const replace = () => folder.replaceLazily(`${domain}.json`, text).then(() => true);
    if (!this.#folders.has(account) || !(await unlessMissing(replace()))) {
      await this.#fileSystem.mkdir(folder.path);
      await replace();
      this.#folders.add(account);
    }
    if (!(await stillThere())) await folder.remove(`${domain}.json`);
  }

  async remove(account: number, domain: number): Promise<void> {
    await this.#folder(account).remove(`${domain}.json`);
  }

  async removeAccount(account: number): Promise<void> {
    this.#folders.delete(account);
    await this.#gate.write(account, () => this.#fileSystem.removeFolder(join(this.#path, String(account))));
  }

  #folder(account: number): Folder {
    const path = join(this.#path, String(account));
    // Beside the folders of the accounts, where a start finds what is left without going through each of them.
    return new Folder(path, this.#fileSystem, this.#gate, {
      temporaries: `${path}-`,
      ownerOf: () => account,
    });
  }
}

/** What the next check mends, for it replaces the file: wrong content, or something that is no file of its own. */
function isDamage(error: unknown): boolean {
  const code = errorCode(error);
  return code === undefined || code === 'EISDIR' || code === 'ELOOP' || code === 'ENOTDIR';
}
