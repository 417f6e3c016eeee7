import type { Actor, EventType } from '@letterhead/shared';
import { type Instant, toInstant } from '../instant.ts';
import { KEY_LIMITS } from '../limits.ts';
import type { NewKey } from '../records/record-states.ts';
import { activeKeyOf, notVerified, pendingKeyOf, withKey, withRecords } from '../records/record-states.ts';
import type { DomainRow, JsonValue, KeyRow, NewEvent } from '../store/store.ts';
import { keyFingerprint } from './key-fingerprint.ts';

/**
 * What becomes of a domain's keys, as pure functions of its row. A pending key signs once its record was found, and the
 * one before it retires; a revoked key never signs again, and the pending key or a new one takes its place. Before and
 * after each of them the domain has exactly one active key, and at most one pending key.
 */

/** Who changes keys, and when. */
export interface Cause {
  readonly actor: Actor;
  readonly at: Instant;
}

/** A row after a change of its keys, and the events that tell of it. */
export interface KeysChange {
  readonly row: DomainRow;
  readonly events: readonly NewEvent[];
}

/** Whether as many keys are published as a domain may have. */
export function isFull({ keys }: DomainRow): boolean {
  return keys.filter(({ state }) => state !== 'revoked').length >= KEY_LIMITS.published;
}

/** Adds a pending key. The row must have none, and room for one. */
export function addPending(row: DomainRow, key: NewKey, cause: Cause): KeysChange {
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
  const retires_at = toInstant(new Date(Date.parse(cause.at) + KEY_LIMITS.retirement));
  const keys = row.keys.map((key): KeyRow => {
    if (key === pending) return { ...key, state: 'active' };
    return key === active ? { ...key, state: 'retiring', private_key: null, retires_at } : key;
  });
  const stood = row.records.find(({ id }) => id === `dkim:${active.id}`);
  const records = row.records.map((state) => {
    const { id, selector } = state;
    return stood !== undefined && id === `dkim:${pending.id}` ? { ...stood, id, selector } : state;
  });
  const facts = { replaces: nameOf(active), retires_at };
  return {
    row: withRecords({ ...row, keys }, records),
    events: [keyEvent('key.activated', row, pending, cause, facts)],
  };
}

/** Retires the keys whose records have stayed long enough. */
export function retireDue(row: DomainRow, cause: Cause): KeysChange {
  const due = row.keys.filter(({ retires_at }) => retires_at !== null && retires_at <= cause.at);
  return retire(row, due, cause);
}

/** Takes keys and their records out of the row, which remembers their fingerprints. None of them may be active. */
export function retire(row: DomainRow, gone: readonly KeyRow[], cause: Cause): KeysChange {
  if (gone.length === 0) return { row, events: [] };
  const keys = row.keys.filter((key) => !gone.includes(key));
  const records = row.records.filter(({ id }) => !gone.some((key) => id === `dkim:${key.id}`));
  const previous_keys = withPrevious(row, gone);
  return {
    row: { ...row, keys, records, previous_keys },
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
  const marked = { ...row, keys: row.keys.map((one) => (one === key ? asRevoked(one) : one)) };
  const replaced = key.state === 'active' ? withSuccessor(marked, replacement, cause.at) : marked;
  if (replaced === null) return null;
  const added = replaced.keys.filter(({ id }) => id > row.last_key_id);
  const { id: successor } = activeKeyOf(replaced);
  // Both are looked for anew: one to come, the other to go.
  const anew = key.state === 'active' ? [key.id, successor] : [key.id];
  const records = replaced.records.map((state) =>
    anew.some((id) => state.id === `dkim:${id}`) ? { ...state, ...notVerified(cause.at) } : state,
  );
  const after = withRecords(replaced, records);
  const others = after.keys.filter(({ id, state }) => state === 'revoked' && id !== key.id);
  const unwatched = others.slice(0, Math.max(0, others.length + 1 - KEY_LIMITS.revoked));
  const retired = retire(after, unwatched, cause);
  const facts = key.state === 'active' ? { state: key.state, replaced_by: successor } : { state: key.state };
  const events = [
    keyEvent('key.revoked', row, key, cause, facts),
    ...added.map((one) => created(row, one, cause)),
    ...retired.events,
  ];
  return { row: retired.row, events };
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
  { id, domain }: DomainRow,
  key: KeyRow,
  { actor, at }: Cause,
  facts: Readonly<Record<string, JsonValue>>,
): NewEvent {
  return { type, domain: { id, name: domain }, actor, at, changes: { ...nameOf(key), ...facts } };
}

function nameOf({ id, selector }: KeyRow) {
  return { key_id: id, selector };
}
