import { LetterheadError } from '@letterhead/shared';
import type { ImportedAccount, ImportedInstallation, StoreImport } from '../import.ts';
import type { EventRow } from '../store.ts';
import { emptyAccountFile } from './account.ts';
import type { AccountFiles } from './account-files.ts';
import { inOrder } from './accounts.ts';
import type { DataFolder } from './data-folder.ts';
import { eventLine, logHeader } from './event-lines.ts';
import { EventLog } from './event-log.ts';
import type { Evidence } from './evidence.ts';
import { type AccountFile, type StoredDomain, StoredDomainSchema } from './formats.ts';
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
}

/**
 * Fills an empty folder. `installation.json` lists no account until all of them are written, so that an import that was
 * interrupted begins again and replaces their files.
 */
export class JsonImport implements StoreImport {
  readonly #deps: ImportDeps;
  readonly #added: { readonly state: AccountFile; readonly imported: ImportedAccount }[] = [];

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
    const { account, logo, domains, events, firstEvent, lastEvent } = imported;
    if (logo !== undefined) await logos.write(account.id, logo);
    const state: AccountFile = {
      ...emptyAccountFile(account.id, []),
      last_event_id: lastEvent,
      domains: domains.map(
        ({ row: { checks: _, ...stored } }): StoredDomain => StoredDomainSchema.parse(stored),
      ),
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
    this.#added.push({ state, imported });
  }

  async publish({ nextIds, secretKeyCheck }: ImportedInstallation): Promise<void> {
    const { installation, files, ids, schedule, tokenUse } = this.#deps;
    const imported = this.#added.map((one) => one.imported);
    const tokens = imported.flatMap((one) => one.tokens.map(({ last_used_at: _, ...token }) => token));
    await installation.change(() => ({
      result: undefined,
      changed: {
        accounts: imported.map(({ account }) => account),
        tokens: inOrder(tokens),
        next: nextIds,
        secret_key_check: secretKeyCheck,
      },
    }));
    ids.skipTo(nextIds.domain);
    for (const { state, imported: one } of this.#added) {
      files.add(state);
      schedule.suspend(one.account.id, one.account.suspended);
      for (const { row } of one.domains) schedule.add(one.account.id, row.id, row.checks);
      for (const { id, last_used_at } of one.tokens)
        if (last_used_at !== null) tokenUse.touch(id, last_used_at);
    }
  }

  async end(): Promise<void> {}

  async #writeEvents(name: string | undefined, account: number, events: readonly EventRow[]): Promise<void> {
    if (name === undefined || events.length === 0) return;
    await this.#deps.folder.events.replaceDurably(name, [logHeader(account), ...events.map(eventLine)]);
  }
}
