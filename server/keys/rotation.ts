import type { EventType } from '@letterhead/shared';
import { DAY, type Instant, instantAfter } from '../instant.ts';
import { KEY_LIMITS } from '../limits.ts';
import type { NewKey } from '../records/record-states.ts';
import {
  activeKeyOf,
  dkimStateOf,
  notVerified,
  otherSelector,
  pendingKeyOf,
  recordIdOf,
  withKey,
  withoutKeys,
  withRecords,
} from '../records/record-states.ts';
import { type Cause, domainEvent } from '../store/domain-event.ts';
import type { Delegation, DomainRow, KeyRow } from '../store/interface/domain-row.ts';
import type { JsonValue, NewEvent } from '../store/interface/events.ts';
import { keyFingerprint } from './key-fingerprint.ts';

/**
 * What becomes of a domain's keys, as pure functions of its row. A pending key signs once its record was found, and the
 * one before it retires; a revoked key never signs again, and the pending key or a new one takes its place. Before and
 * after each of them the domain has exactly one active key, and at most one pending key.
 */

/** A row after a change of its keys, and the events that tell of it. */
export interface KeysChange {
  readonly row: DomainRow;
  readonly events: readonly NewEvent[];
}

/** Whether as many keys are published as a domain may have. */
export function isFull({ keys }: DomainRow): boolean {
  return keys.filter(({ state }) => state !== 'revoked').length >= KEY_LIMITS.published;
}

/** Adds a pending key that is published as the active one is. The row must have none, and room for one. */
export function addPending(row: DomainRow, key: NewKey, cause: Cause): KeysChange {
  return addKey(row, succeeding(row, key), cause);
}

function addKey(row: DomainRow, key: NewKey, cause: Cause): KeysChange {
  const after = withKey(row, key, 'pending', cause.at);
  return { row: after, events: after.keys.slice(-1).map((added) => created(row, added, cause)) };
}

/**
 * Makes the pending key sign from now on; none: changes nothing. It stands where the active key stood: the caller has
 * seen its record, and applies that to the record's state. The private key before it is destroyed.
 */
export function activatePending(row: DomainRow, cause: Cause): KeysChange {
  const pending = pendingKeyOf(row);
  if (pending === undefined) return { row, events: [] };
  const active = activeKeyOf(row);
  const retires_at = instantAfter(cause.at, KEY_LIMITS.retirement);
  const keys = row.keys.map((key): KeyRow => {
    if (key === pending) return { ...key, state: 'active' };
    return key === active ? { ...key, state: 'retiring', private_key: null, retires_at } : key;
  });
  const { verified, degraded, since, wrong_since } = dkimStateOf(row);
  const records = row.records.map((state) =>
    state.id === recordIdOf(pending) ? { ...state, verified, degraded, since, wrong_since } : state,
  );
  const facts = { replaces: nameOf(active), retires_at };
  return {
    row: withRecords({ ...row, keys }, records),
    events: [keyEvent('key.activated', row, pending, cause, facts)],
  };
}

/** A key that takes the place of the active one: in the key zone, at the name that has no key. */
function succeeding(row: DomainRow, key: NewKey): NewKey {
  const { delegation } = row;
  const active = activeKeyOf(row);
  if (active.published_as === 'txt' || delegation === null) return key;
  const selector = otherSelector(delegation, active.selector);
  return { ...key, selector, publishedAs: 'cname', usableAt: null };
}

/**
 * Adds a pending key that is published in the other way than the active one: in the key zone, where the domain's names are
 * `delegation`, unless it has some already; null: by a TXT record. The row must have no pending key, and room for one.
 */
export function addSwitch(
  row: DomainRow,
  key: NewKey,
  delegation: Delegation | null,
  cause: Cause,
): KeysChange {
  if (delegation === null) return addKey(row, key, cause);
  const names = row.delegation ?? delegation;
  const [selector] = names.selectors;
  // Nobody can have asked for names that are new.
  const usableAt = row.delegation === null ? cause.at : null;
  const placed = { ...key, selector, publishedAs: 'cname', usableAt } as const;
  return addKey({ ...row, delegation: names }, placed, cause);
}

/** What a check saw of a key in the key zone; undefined: nothing that matters. */
export interface SeenKey {
  /** Whether all servers have it, or one of them has something else. */
  readonly isEverywhere: boolean;
  /** For how many seconds caches may hold what was there before; null: not known. */
  readonly cachedFor: number | null;
}

/** Notes of keys in the key zone that are to sign from when on they can. */
export function noteSeen(
  row: DomainRow,
  seen: (key: KeyRow) => SeenKey | undefined,
  now: Instant,
): DomainRow {
  const keys = row.keys.map((key): KeyRow => {
    const found = awaitsCaches(key) ? seen(key) : undefined;
    if (found === undefined) return key;
    if (!found.isEverywhere) return { ...key, usable_at: null };
    const at = found.cachedFor === null ? null : instantAfter(now, found.cachedFor * 1000);
    // A clock that was ahead does not make it wait for longer.
    return at !== null && (key.usable_at === null || at < key.usable_at) ? { ...key, usable_at: at } : key;
  });
  return keys.every((key, at) => key.usable_at === row.keys[at]?.usable_at) ? row : { ...row, keys };
}

/** A key in the key zone that has not signed yet, and is to. */
function awaitsCaches({ published_as, state, activated_at }: KeyRow): boolean {
  const isToSign = state === 'pending' || (state === 'active' && activated_at === null);
  return published_as === 'cname' && isToSign;
}

/** Whether caches hold nothing any more that was at the key's name before; a TXT record's name held nothing. */
export function isUsable(key: KeyRow, now: Instant): boolean {
  return !awaitsCaches(key) || (key.usable_at !== null && key.usable_at <= now);
}

/**
 * Whether a domain's key in the key zone is to be rotated by itself: it is older than `maxAge` days, null for any age, or
 * of the two CNAME records only the other one is published.
 */
export function isRotationDue(row: DomainRow, maxAge: number | null, now: Instant): boolean {
  const { delegation } = row;
  const active = activeKeyOf(row);
  const isQuiet = row.keys.every(({ state }) => state === 'active' || state === 'revoked');
  if (delegation === null || active.published_as === 'txt' || !isQuiet || !isSecondVerified(row))
    return false;
  if (!isUsable(active, now)) return false;
  if (!dkimStateOf(row).verified) return true;
  const since = active.activated_at;
  return maxAge !== null && since !== null && instantAfter(since, maxAge * DAY) <= now;
}

/** Has no key activated later than now, which a clock that was ahead may have noted. */
export function activatedByNow(row: DomainRow, now: Instant): DomainRow {
  const isAhead = ({ activated_at }: KeyRow) => activated_at !== null && activated_at > now;
  if (!row.keys.some(isAhead)) return row;
  return { ...row, keys: row.keys.map((key) => (isAhead(key) ? { ...key, activated_at: now } : key)) };
}

/** Whether the CNAME record is verified that leads to the name without the active key. */
export function isSecondVerified(row: DomainRow): boolean {
  const { selector } = activeKeyOf(row);
  return row.records.some((state) => state.kind === 'cname' && state.selector !== selector && state.verified);
}

/** Retires the keys whose records have stayed long enough; none stays for longer because a clock was ahead. */
export function retireDue(row: DomainRow, cause: Cause): KeysChange {
  const latest = instantAfter(cause.at, KEY_LIMITS.retirement);
  const isLate = ({ retires_at }: KeyRow) => retires_at !== null && retires_at > latest;
  const keys = row.keys.map((key) => (isLate(key) ? { ...key, retires_at: latest } : key));
  const due = keys.filter(({ retires_at }) => retires_at !== null && retires_at <= cause.at);
  return retire(row.keys.some(isLate) ? { ...row, keys } : row, due, cause);
}

/** Takes keys and their records out of the row, which remembers their fingerprints. None of them may be active. */
export function retire(row: DomainRow, gone: readonly KeyRow[], cause: Cause): KeysChange {
  if (gone.length === 0) return { row, events: [] };
  return {
    row: { ...withoutKeys(row, gone), previous_keys: withPrevious(row, gone) },
    events: gone.map((key) => keyEvent('key.retired', row, key, cause, { state: key.state })),
  };
}

/**
 * Keeps a key from ever signing again; its record has to go. Where it was active, the pending key takes its place, or
 * else `replacement`. Null: there is neither. Of more revoked keys than are watched, the oldest are retired.
 */
export function revoke(
  row: DomainRow,
  key: KeyRow,
  replacement: NewKey | null,
  cause: Cause,
): KeysChange | null {
  const placed = replacement && succeeding(row, replacement);
  // The name that the new key takes has the key that signed before.
  const ended = key.state === 'active' && placed?.publishedAs === 'cname' ? retiringInZone(row) : [];
  const freed = retire(row, ended, cause);
  const marked = { ...freed.row, keys: freed.row.keys.map((one) => (one === key ? asRevoked(one) : one)) };
  const replaced = key.state === 'active' ? withSuccessor(marked, placed, cause.at) : marked;
  if (replaced === null) return null;
  const added = replaced.keys.filter(({ id }) => id > row.last_key_id);
  const successor = activeKeyOf(replaced);
  // Both are looked for anew: one to come, the other to go.
  const anew = (key.state === 'active' ? [key, successor] : [key]).map(recordIdOf);
  const records = replaced.records.map((state) =>
    anew.includes(state.id) ? { ...state, ...notVerified(cause.at) } : state,
  );
  const after = withRecords(replaced, records);
  const others = after.keys.filter(({ id, state }) => state === 'revoked' && id !== key.id);
  const unwatched = others.slice(0, Math.max(0, others.length + 1 - KEY_LIMITS.revoked));
  const retired = retire(after, unwatched, cause);
  const facts =
    key.state === 'active' ? { state: key.state, replaced_by: successor.id } : { state: key.state };
  const events = [
    ...freed.events,
    keyEvent('key.revoked', row, key, cause, facts),
    ...added.map((one) => created(row, one, cause)),
    ...retired.events,
  ];
  return { row: retired.row, events };
}

function retiringInZone({ keys }: DomainRow): KeyRow[] {
  return keys.filter(({ state, published_as }) => state === 'retiring' && published_as === 'cname');
}

function asRevoked(key: KeyRow): KeyRow {
  return { ...key, state: 'revoked', private_key: null, retires_at: null };
}

function withSuccessor(row: DomainRow, replacement: NewKey | null, now: Instant): DomainRow | null {
  const pending = pendingKeyOf(row);
  if (pending === undefined) return replacement && withKey(row, replacement, 'active', now);
  return { ...row, keys: row.keys.map((key) => (key === pending ? { ...key, state: 'active' } : key)) };
}

/** Fingerprints of a row's earlier keys, and of these. Bounded, because a row must not grow with every key. */
export function withPrevious({ previous_keys }: DomainRow, keys: readonly KeyRow[]): readonly string[] {
  const fingerprints = keys.map((key) => keyFingerprint(key.public_key));
  return [...previous_keys, ...fingerprints].slice(-KEY_LIMITS.previous);
}

function created(row: DomainRow, key: KeyRow, cause: Cause): NewEvent {
  return keyEvent('key.created', row, key, cause, { bits: key.bits, state: key.state });
}

function keyEvent(
  type: EventType,
  row: DomainRow,
  key: KeyRow,
  cause: Cause,
  facts: NewEvent['changes'],
): NewEvent {
  return domainEvent(type, row, cause, { ...nameOf(key), ...facts });
}

/** `published_as` only where it is not what it is without a key zone. */
function nameOf({ id, selector, published_as }: KeyRow): Record<string, JsonValue> {
  return { key_id: id, selector, ...(published_as === 'txt' ? {} : { published_as }) };
}
