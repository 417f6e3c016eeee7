import type { Actor } from '@letterhead/shared';
import { invalidField, LetterheadError } from '@letterhead/shared';
import { type Clock, toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import type { KeySource } from '../keys/key-source.ts';
import type { KeysChange } from '../keys/rotation.ts';
import {
  addPending,
  addSwitch,
  isFull,
  isSecondVerified,
  retire,
  retireDue,
  revoke,
} from '../keys/rotation.ts';
import { KEY_LIMITS } from '../limits.ts';
import { lookFor } from '../monitor/schedule.ts';
import type { RandomSource } from '../random.ts';
import { showsSame } from '../records/dns-records.ts';
import { keyZoneLabel, makeSelector } from '../records/record-names.ts';
import { activeKeyOf, type NewKey, pendingKeyOf, recordIdOf } from '../records/record-states.ts';
import { type Cause, domainEvent } from '../store/domain-event.ts';
import type { Delegation, DomainRef, DomainRow, KeyRow } from '../store/interface/domain-row.ts';
import type { NewEvent } from '../store/interface/events.ts';
import type { Store } from '../store/store.ts';

export interface KeyRotationDeps {
  readonly store: Store;
  readonly keys: KeySource;
  readonly cipher: KeyCipher;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly keyZone: KeyZoneHint;
  /** Keys that are open in memory. */
  readonly openedKeys: { forget(domain: number): void };
}

/** The key zone, as far as whoever changes keys has to know of it. */
export interface KeyZoneHint {
  /** Null: there is none. */
  readonly zone: string | null;
  /** Notifies the key zone that what it has to hold for a domain may have changed. Returns at once. */
  changed(owner: DomainRef): void;
}

/** What somebody does to the keys of a domain: each call is one change of its row (keys/rotation.ts). */
export class KeyRotation {
  readonly #deps: KeyRotationDeps;

  constructor(deps: KeyRotationDeps) {
    this.#deps = deps;
  }

  /** Adds a pending key, to which signing moves once its record is published. Rejects with `rotation_under_way`. */
  async rotate(row: DomainRow, actor: Actor): Promise<KeyRow> {
    // Refuses before a key is made, which costs more than a refusal may.
    refuseRotation(retireDue(row, this.#cause(actor)).row);
    const made = await this.#makeKey(row);
    const after = await this.#change(row, actor, (current, cause) => {
      const { row: kept, events } = retireDue(current, cause);
      refuseRotation(kept);
      const added = addPending(kept, made, cause);
      return { row: added.row, events: [...events, ...added.events] };
    });
    return findKey(after, after.last_key_id);
  }

  /**
   * Has the domain's keys published in the key zone, or by TXT records again: adds a pending key that is, to which signing
   * moves once its record is found. What is so already, or about to be, stays; the present value cancels a change under
   * way. Rejects with `invalid` or `rotation_under_way`.
   */
  async setDelegation(row: DomainRow, delegated: boolean, actor: Actor): Promise<DomainRow> {
    if (delegated && this.#deps.keyZone.zone === null) throw noKeyZone();
    const wanted = delegated ? 'cname' : 'txt';
    if (!needsSwitch(row, wanted)) return this.#cancelSwitch(row, wanted, actor);
    refuseSecondKey(retireDue(row, this.#cause(actor)).row);
    const made = await this.#makeKey(row);
    const names = delegated ? this.#newDelegation() : null;
    return this.#change(row, actor, (current, cause) => {
      if (!needsSwitch(current, wanted)) return null;
      const { row: kept, events } = retireDue(current, cause);
      refuseSecondKey(kept);
      const added = addSwitch(kept, made, names, cause);
      return { row: added.row, events: [...events, delegationEvent(row, delegated, cause), ...added.events] };
    });
  }

  #cancelSwitch(row: DomainRow, wanted: KeyRow['published_as'], actor: Actor): Promise<DomainRow> {
    return this.#change(row, actor, (current, cause) => {
      const pending = pendingKeyOf(current);
      if (pending === undefined || pending.published_as === wanted) return null;
      const { row: after, events } = retire(current, [pending], cause);
      return { row: after, events: [...events, delegationEvent(row, wanted === 'cname', cause)] };
    });
  }

  /** Names in the key zone that were never given before. */
  #newDelegation(): Delegation {
    const { keyZone, random } = this.#deps;
    const selectors = [makeSelector(random), makeSelector(random)] as const;
    return { zone: keyZone.zone ?? '', label: keyZoneLabel(random), selectors };
  }

  /**
   * Takes away a key that doesn't sign: cancels a pending one, ends a retirement, or forgets a revoked one whose record is
   * gone. Rejects with `key_in_use` or `not_found`.
   */
  async remove(row: DomainRow, id: number, actor: Actor): Promise<void> {
    await this.#change(row, actor, (current, cause) => {
      const key = findKey(current, id);
      if (key.state === 'active') throw keyInUse(current, key);
      return retire(current, [key], cause);
    });
  }

  /** Revokes a key that has leaked; revoking it again changes nothing. Rejects with `not_found`. */
  async revoke(row: DomainRow, id: number, actor: Actor): Promise<KeyRow> {
    const needsKey = findKey(row, id).state === 'active' && pendingKeyOf(row) === undefined;
    const made = needsKey ? await this.#makeKey(row) : null;
    const after = await this.#change(row, actor, (current, cause) => {
      const key = findKey(current, id);
      return key.state === 'revoked' ? null : revoke(current, key, made, cause);
    });
    this.#deps.openedKeys.forget(row.id);
    const key = findKey(after, id);
    // The pending key that was to take its place is gone: it takes a new one.
    return key.state === 'revoked' ? key : this.revoke(after, id, actor);
  }

  /** Takes a key that is bound to the domain. */
  async #makeKey({ account_id: account, id: domain }: DomainRow): Promise<NewKey> {
    const { keys, cipher, clock, random } = this.#deps;
    const { publicKey, privateKey } = await keys.take(account);
    const encrypted = cipher.encrypt(privateKey, { account, domain });
    return {
      selector: makeSelector(random),
      publishedAs: 'txt',
      publicKey,
      privateKey: encrypted,
      bits: KEY_LIMITS.bits,
      usableAt: toInstant(clock()),
    };
  }

  /** Changes the keys, and with them the records that callers see and the times at which they are looked for. */
  async #change(
    { account_id: account, id }: DomainRow,
    actor: Actor,
    change: (row: DomainRow, cause: Cause) => KeysChange | null,
  ): Promise<DomainRow> {
    const { store, clock, random } = this.#deps;
    const cause = this.#cause(actor);
    const done = await store.domains.update(account, id, (current) => {
      const changed = change(current, cause);
      if (changed === null) return null;
      const { row, events } = changed;
      const changedRecords = row.records
        .filter((state) => !current.records.includes(state))
        .map(({ id }) => id);
      const newKeys = row.keys.filter(({ id }) => id > current.last_key_id).map(recordIdOf);
      const anew = [...changedRecords, ...newKeys];
      const checks = lookFor(row, anew, clock(), random);
      const updated_at = showsSame(current, row) ? row.updated_at : cause.at;
      return { row: { ...row, checks, updated_at }, events };
    });
    if (done.kind === 'written') this.#deps.keyZone.changed({ account, id });
    if (done.kind === 'written' || done.kind === 'unchanged') return done.row;
    throw new LetterheadError('not_found', `Account ${account} has no domain ${id}.`);
  }

  #cause(actor: Actor): Cause {
    return { actor, at: toInstant(this.#deps.clock()) };
  }
}

function refuseRotation(row: DomainRow): void {
  refuseSecondKey(row);
  if (activeKeyOf(row).published_as === 'txt') return;
  if (!isSecondVerified(row))
    throw underWay(
      `The key of ${row.domain} can’t be rotated yet, because only one of its CNAME records is verified. Publish the other one first.`,
    );
}

function refuseSecondKey(row: DomainRow): void {
  const pending = pendingKeyOf(row);
  if (pending !== undefined)
    throw underWay(
      `A rotation of ${row.domain} is under way already: publish the record of key ${pending.id}, or remove that key.`,
    );
  const retiring = row.keys.find(({ state }) => state === 'retiring');
  const isTaken = retiring?.published_as === 'cname' || isFull(row);
  if (retiring === undefined || !isTaken) return;
  throw underWay(
    `${row.domain} has as many keys published as it may have. Wait until key ${retiring.id} retires at ${retiring.retires_at}, or remove it.`,
  );
}

/** Whether the key that signs, or is to, is published in another way. */
function needsSwitch(row: DomainRow, wanted: KeyRow['published_as']): boolean {
  return activeKeyOf(row).published_as !== wanted && pendingKeyOf(row)?.published_as !== wanted;
}

function delegationEvent(row: DomainRow, delegated: boolean, cause: Cause): NewEvent {
  return domainEvent('delegation.changed', row, cause, { delegated });
}

function noKeyZone(): LetterheadError {
  return invalidField('delegated', 'This Letterhead has no zone for keys. Operators: set DKIM_ZONE.');
}

function findKey(row: DomainRow, id: number): KeyRow {
  const key = row.keys.find((one) => one.id === id);
  if (key !== undefined) return key;
  throw new LetterheadError('not_found', `${row.domain} has no key ${id}.`);
}

function underWay(message: string): LetterheadError {
  return new LetterheadError('rotation_under_way', message);
}

function keyInUse(row: DomainRow, { id }: KeyRow): LetterheadError {
  const message = `Key ${id} is the one that signs the mail of ${row.domain}. Rotate it, and remove it once it is retiring; if it has leaked, revoke it.`;
  return new LetterheadError('key_in_use', message);
}
