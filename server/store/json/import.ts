import { LetterheadError } from '@letterhead/shared';
import type { ImportedCursor, StoreImport } from '../import.ts';
import type { AccountRow } from '../interface/accounts.ts';
import type { CheckTimes } from '../interface/domain-row.ts';
import type { EventRow } from '../interface/events.ts';
import type { TokenRow } from '../interface/token-row.ts';
import { emptyAccountFile } from './account.ts';
import { inOrder } from './accounts.ts';
import type { Cursors } from './cursors.ts';
import type { Folder } from './disk/folder.ts';
import { toStored } from './domains.ts';
import { eventLine, logHeader } from './event-lines.ts';
import { EventLog } from './event-log.ts';
import type { AccountFile } from './formats/files.ts';
import type { StoreParts } from './parts.ts';

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
export function importInto(parts: StoreParts, folder: Folder, cursors: Cursors): StoreImport {
  const { files, installation, ids, evidence, schedule, tokenUse, logos } = parts;
  const added: AddedAccount[] = [];

  const writeEvents = async (name: string | undefined, account: number, events: readonly EventRow[]) => {
    if (name === undefined || events.length === 0) return;
    await folder.replaceDurably(name, [logHeader(account), ...events.map(eventLine)]);
  };

  return {
    async begin() {
      if (installation.state.accounts.length > 0 || installation.state.secret_key_check !== null)
        throw new LetterheadError(
          'unavailable',
          'The data folder is not empty. Set DATA_DIR to an empty one to copy into.',
        );
    },

    has: async () => false,

    async add(imported) {
      const { account, logo, domains, webhooks, tokens, events, firstEvent, lastEvent } = imported;
      const { id } = account;
      if (logo !== undefined) await logos.write(id, logo);
      const state: AccountFile = {
        ...emptyAccountFile(id, []),
        last_event_id: lastEvent,
        domains: domains.map(({ row }) => toStored(row)),
        webhooks,
      };
      const [current, , kept] = EventLog.namesOf(id);
      const { old = [], recent = [] } = Object.groupBy(events, (event) =>
        event.id < firstEvent ? 'old' : 'recent',
      );
      await writeEvents(kept, id, old);
      await writeEvents(current, id, recent);
      await files.create(state);
      for (const { row, evidence: seen } of domains)
        if (seen !== undefined) await evidence.write(id, row.id, seen, async () => true);
      const checks = domains.map(({ row }) => ({ id: row.id, times: row.checks }));
      added.push({ account, state, cursors: imported.cursors, tokens, checks });
    },

    async publish({ nextIds, secretKeyCheck, retiredLabels }) {
      const tokens = added.flatMap((one) => one.tokens.map(({ last_used_at: _, ...token }) => token));
      await installation.change(() => ({
        result: undefined,
        changed: {
          accounts: added.map(({ account }) => account),
          tokens: inOrder(tokens),
          next: nextIds,
          secret_key_check: secretKeyCheck,
          retired_labels: retiredLabels,
        },
      }));
      ids.skipTo(nextIds.domain);
      for (const { account, state, cursors: reached, checks, tokens: own } of added) {
        files.add(state);
        for (const cursor of reached) cursors.add(account.id, cursor);
        schedule.suspend(account.id, account.suspended);
        for (const { id, times } of checks) schedule.add(account.id, id, times);
        for (const { id, last_used_at } of own) if (last_used_at !== null) tokenUse.touch(id, last_used_at);
      }
    },

    async end() {},
  };
}
