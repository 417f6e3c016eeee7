import type { AccountRow } from './interface/accounts.ts';
import type { Cursor, CursorState } from './interface/cursors.ts';
import type { DomainRow } from './interface/domain-row.ts';
import type { EventRow, JsonValue } from './interface/events.ts';
import type { RetiredLabel } from './interface/key-zone.ts';
import type { TokenRow } from './interface/token-row.ts';
import type { WebhookRow } from './interface/webhooks.ts';
import type { Store } from './store.ts';

/** Everything that an account owns. */
export interface ImportedAccount {
  readonly account: AccountRow;
  /** The PNG in Base64; undefined: it has none. */
  readonly logo: string | undefined;
  readonly domains: readonly { readonly row: DomainRow; readonly evidence: JsonValue | undefined }[];
  readonly webhooks: readonly WebhookRow[];
  /** Of its notices, and of each webhook. */
  readonly cursors: readonly ImportedCursor[];
  /** Share links included. */
  readonly tokens: readonly TokenRow[];
  readonly events: readonly EventRow[];
  /** As in `EventPage`; 1 without events. */
  readonly firstEvent: number;
  readonly lastEvent: number;
}

export type ImportedCursor = CursorState & Pick<Cursor, 'kind' | 'id'>;

/** Ids that are higher than all that were ever given. */
export interface NextIds {
  readonly account: number;
  readonly token: number;
  readonly domain: number;
}

/** What an installation has beside its accounts. */
export interface ImportedInstallation {
  readonly nextIds: NextIds;
  readonly secretKeyCheck: string | null;
  /** As `KeyZoneStore` has them. */
  readonly retiredLabels: readonly RetiredLabel[];
}

/** Fills an empty store. The store cannot be used otherwise before the import has ended. */
export interface StoreImport {
  /** Throws `unavailable` if the store has any other content than that of an unfinished import. */
  begin(): Promise<void>;
  /** Whether an unfinished import has added the account. */
  has(account: number): Promise<boolean>;
  add(account: ImportedAccount): Promise<void>;
  /** Makes everything readable. */
  publish(installation: ImportedInstallation): Promise<void>;
  end(): Promise<void>;
}

/** A store that can be copied from and to. */
export interface CopyableStore extends Store {
  readonly import: StoreImport;
  nextIds(): Promise<NextIds>;
}
