import type { Actor } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import { type Clock, toInstant } from '../instant.ts';
import type { KeyCipher } from '../keys/key-encryption.ts';
import type { KeySource } from '../keys/key-source.ts';
import type { KeysChange } from '../keys/rotation.ts';
import { addPending, type Cause, isFull, retire, retireDue, revoke } from '../keys/rotation.ts';
import { KEY_LIMITS } from '../limits.ts';
import { lookFor } from '../monitor/schedule.ts';
import type { RandomSource } from '../random.ts';
import { showsSame } from '../records/dns-records.ts';
import { makeSelector } from '../records/record-names.ts';
import { type NewKey, pendingKeyOf } from '../records/record-states.ts';
import type { DomainRow, KeyRow, Store } from '../store/store.ts';

export interface KeyRotationDeps {
  readonly store: Store;
  readonly keys: KeySource;
  readonly cipher: KeyCipher;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Keys that are open in memory. */
  readonly openedKeys: { forget(domain: number): void };
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
    refuseSecondRotation(retireDue(row, this.#cause(actor)).row);
    const made = await this.#makeKey(row);
    const after = await this.#change(row, actor, (current, cause) => {
      const { row: kept, events } = retireDue(current, cause);
      refuseSecondRotation(kept);
      const added = addPending(kept, made, cause);
      return { row: added.row, events: [...events, ...added.events] };
    });
    return findKey(after, after.last_key_id);
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

  /** Revokes a key that has leaked; once more: changes nothing. Rejects with `not_found`. */
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
    const { keys, cipher, random } = this.#deps;
    const { publicKey, privateKey } = await keys.take(account);
    const encrypted = cipher.encrypt(privateKey, { account, domain });
    return { selector: makeSelector(random), publicKey, privateKey: encrypted, bits: KEY_LIMITS.bits };
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
      const anew = row.records.filter((state) => !current.records.includes(state)).map((state) => state.id);
      const checks = lookFor(row, anew, clock(), random);
      const updated_at = showsSame(current, row) ? row.updated_at : cause.at;
      return { row: { ...row, checks, updated_at }, events };
    });
    if (done.kind === 'written' || done.kind === 'unchanged') return done.row;
    throw new LetterheadError('not_found', `Account ${account} has no domain ${id}.`);
  }

  #cause(actor: Actor): Cause {
    return { actor, at: toInstant(this.#deps.clock()) };
  }
}

function refuseSecondRotation(row: DomainRow): void {
  const pending = pendingKeyOf(row);
  if (pending !== undefined)
    throw underWay(
      `A rotation of ${row.domain} is under way already: publish the record of key ${pending.id}, or remove that key.`,
    );
  const retiring = row.keys.find(({ state }) => state === 'retiring');
  if (retiring === undefined || !isFull(row)) return;
  throw underWay(
    `${row.domain} has ${KEY_LIMITS.published} keys published, as many as it may have. Wait until key ${retiring.id} retires at ${retiring.retires_at}, or remove it.`,
  );
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
