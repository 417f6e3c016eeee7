import { LetterheadError } from '@letterhead/shared';
import type { ImportedAccount, ImportedCursor, ImportedInstallation, StoreImport } from '../import.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { CheckTimes } from '../interface/domain-row.ts';
import type { EventRow } from '../interface/events.ts';
import type { TokenRow } from '../interface/token-row.ts';
import { emptyAccountFile } from './account.ts';
import type { AccountFiles } from './account-files.ts';
import { inOrder } from './accounts.ts';
import type { Cursors } from './cursors.ts';
import type { DataFolder } from './disk/data-folder.ts';
import { toStored } from './domains.ts';
import { eventLine, logHeader } from './event-lines.ts';
import { EventLog } from './event-log.ts';
import type { Evidence } from './evidence.ts';
import type { AccountFile } from './formats/files.ts';
import type { Installation } from './installation.ts';
import type { Logos } from './logos.ts';
import type { DomainIds } from './next-ids.ts';
import type { Schedule } from './schedule.ts';
import type { TokenUse } from './tokens.ts';

interface ImportDeps {
  readonly folder: DataFolder;
  readonly files: AccountFiles;
  readonly installation: Installation;
  readonly ids: DomainIds;
  readonly evidence: Evidence;
  readonly schedule: Schedule;
  readonly tokenUse: TokenUse;
  readonly logos: Logos;
  readonly cursors: Cursors;
}

/** What `publish` needs of an account: its events and evidence are on the disk already. */
interface AddedAccount {
  readonly account: AccountRow;
  readonly state: AccountFile;
  readonly cursors: readonly ImportedCursor[];
  readonly tokens: readonly TokenRow[];
  readonly checks: readonly { readonly id: number; readonly times: CheckTimes | null }[];
}

/**
 * Fills an empty folder. `installation.json` lists no account until all of them are written, so that an import that was
 * interrupted begins again and replaces their files.
 */
export class JsonImport implements StoreImport {
  readonly #deps: ImportDeps;
  readonly #added: AddedAccount[] = [];

  constructor(deps: ImportDeps) {
    this.#deps = deps;
  }

  async begin(): Promise<void> {
    const { installation } = this.#deps;
    if (installation.accounts.length > 0 || installation.setting('secret_key_check') !== null)
      throw new LetterheadError(
        'unavailable',
        'The data folder is not empty. Set DATA_DIR to an empty one to copy into.',
      );
  }

  async has(): Promise<boolean> {
    return false;
  }

  async add(imported: ImportedAccount): Promise<void> {
    const { files, evidence, logos } = this.#deps;
    const { account, logo, domains, webhooks, cursors, tokens, events, firstEvent, lastEvent } = imported;
    if (logo !== undefined) await logos.write(account.id, logo);
    const state: AccountFile = {
      ...emptyAccountFile(account.id, []),
      last_event_id: lastEvent,
      domains: domains.map(({ row }) => toStored(row)),
      webhooks,
    };
    const [current, , kept] = EventLog.namesOf(account.id);
    await this.#writeEvents(
      kept,
      account.id,
      events.filter(({ id }) => id < firstEvent),
    );
    await this.#writeEvents(
      current,
      account.id,
      events.filter(({ id }) => id >= firstEvent),
    );
    await files.create(state);
    for (const { row, evidence: seen } of domains)
      if (seen !== undefined) await evidence.write(account.id, row.id, seen, async () => true);
    const checks = domains.map(({ row }) => ({ id: row.id, times: row.checks }));
    this.#added.push({ account, state, cursors, tokens, checks });
  }

  async publish({ nextIds, secretKeyCheck, retiredLabels }: ImportedInstallation): Promise<void> {
    const { installation, files, ids, schedule, tokenUse, cursors } = this.#deps;
    const tokens = this.#added.flatMap((one) => one.tokens.map(({ last_used_at: _, ...token }) => token));
    await installation.change(() => ({
      result: undefined,
      changed: {
        accounts: this.#added.map(({ account }) => account),
        tokens: inOrder(tokens),
        next: nextIds,
        secret_key_check: secretKeyCheck,
        retired_labels: retiredLabels,
      },
    }));
    ids.skipTo(nextIds.domain);
    for (const { account, state, cursors: reached, checks, tokens: own } of this.#added) {
      files.add(state);
      for (const cursor of reached) cursors.add(account.id, cursor);
      schedule.suspend(account.id, account.suspended);
      for (const { id, times } of checks) schedule.add(account.id, id, times);
      for (const { id, last_used_at } of own) if (last_used_at !== null) tokenUse.touch(id, last_used_at);
    }
  }

  async end(): Promise<void> {}

  async #writeEvents(name: string | undefined, account: number, events: readonly EventRow[]): Promise<void> {
    if (name === undefined || events.length === 0) return;
    await this.#deps.folder.events.replaceDurably(name, [logHeader(account), ...events.map(eventLine)]);
  }
}
