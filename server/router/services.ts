import type {
  Actor,
  CurrentToken,
  Diagnosis,
  DomainStatus,
  NewShare,
  NewToken,
  Share,
  Token,
  TokenScope,
} from '@letterhead/shared';
import type { AccountChange } from '../auth/accounts.ts';
import type { Identity } from '../auth/identity.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import type { TokenInput } from '../auth/tokens.ts';
import type { DomainName } from '../domains/domain-name.ts';
import type { StreamItem } from '../events/events.ts';
import type { CheckRequest } from '../monitor/check-job.ts';
import type { AccountRow, DomainFilter, DomainRow, EventRow } from '../store/store.ts';

/**
 * What the procedures call. Small interfaces of our own, so that the router's type, which the client is built from,
 * carries no more of the server than this.
 */
export interface Services {
  readonly accounts: AccountsService;
  readonly tokens: TokensService;
  readonly domains: DomainsService;
  readonly shares: SharesService;
  readonly events: EventsService;
  readonly limits: Pick<RateLimits, 'takeVerification' | 'takeAuditedAct'>;
}

export interface AccountsService {
  list(): Promise<readonly AccountRow[]>;
  get(id: number): Promise<AccountRow>;
  create(name: string, actor: Actor): Promise<AccountRow>;
  change(account: AccountRow, to: AccountChange, actor: Actor): Promise<AccountRow>;
  remove(account: AccountRow, actor: Actor, actorAccount: number | null): Promise<void>;
}

export interface TokensService {
  current(identity: Identity): CurrentToken;
  list(account: AccountRow): Promise<Token[]>;
  create(account: AccountRow, input: TokenInput, identity: Identity): Promise<NewToken>;
  revoke(account: AccountRow, id: number, identity: Identity): Promise<void>;
  confirm(identity: Identity, scope: TokenScope, account: number | null): Promise<void>;
}

export interface DomainsService {
  get(account: AccountRow, id: number): Promise<DomainRow | undefined>;
  list(
    account: AccountRow,
    filter: DomainFilter,
  ): Promise<{ rows: readonly DomainRow[]; next: number | null }>;
  create(account: AccountRow, name: DomainName, actor: Actor): Promise<DomainRow>;
  rename(account: AccountRow, row: DomainRow, name: DomainName, actor: Actor): Promise<DomainRow>;
  remove(account: AccountRow, row: DomainRow, actor: Actor): Promise<void>;
  verify(account: AccountRow, row: DomainRow, request: CheckRequest): Promise<DomainRow>;
  statuses(account: AccountRow): Promise<DomainStatus[]>;
  diagnosis(account: AccountRow, row: DomainRow): Promise<Diagnosis>;
}

export interface SharesService {
  list(account: AccountRow, domain: DomainRow): Promise<Share[]>;
  create(
    account: AccountRow,
    domain: DomainRow,
    expiresAt: Date | null | undefined,
    identity: Identity,
  ): Promise<NewShare>;
  revoke(account: AccountRow, domain: DomainRow, id: number, actor: Actor): Promise<void>;
}

export interface EventsService {
  list(
    account: AccountRow,
    filter: { after?: number | undefined; limit: number; domain?: number | undefined },
  ): Promise<{ rows: readonly EventRow[]; next: number | null }>;
  stream(account: AccountRow, after: number | null, signal: AbortSignal): AsyncGenerator<StreamItem>;
}
