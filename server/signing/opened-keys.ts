import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { KeyCipher, KeyOwner } from '../keys/key-encryption.ts';
import { SIGN_LIMITS } from '../limits.ts';
import type { Timer } from '../monitor/timer.ts';

interface OpenedKey {
  readonly owner: KeyOwner;
  readonly encrypted: string;
  readonly key: KeyObject;
  readonly cancel: () => void;
}

/**
 * Private keys that are open in memory, because decrypting and parsing one takes as long as a signature: for a minute at
 * most, one a domain, and no longer than the domain has it.
 */
export class OpenedKeys {
  readonly #cipher: KeyCipher;
  readonly #timer: Timer;
  /** By domain, the longest open first. */
  readonly #keys = new Map<number, OpenedKey>();

  constructor(cipher: KeyCipher, timer: Timer) {
    this.#cipher = cipher;
    this.#timer = timer;
  }

  /** How many are open. */
  get size(): number {
    return this.#keys.size;
  }

  /** The key that a row has now. Throws `unavailable` where it does not open. */
  open(encrypted: string, owner: KeyOwner): KeyObject {
    const known = this.#keys.get(owner.domain);
    if (known?.encrypted === encrypted && known.owner.account === owner.account) return known.key;
    this.forget(owner.domain);
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined && this.#keys.size >= SIGN_LIMITS.openKeys) this.forget(oldest);
    const der = Buffer.from(this.#cipher.decrypt(encrypted, owner));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    const cancel = this.#timer(SIGN_LIMITS.openKeyAge, () => this.#keys.delete(owner.domain));
    this.#keys.set(owner.domain, { owner, encrypted, key, cancel });
    return key;
  }

  /** Drops the key of a domain that was renamed or deleted, or has revoked it. */
  forget(domain: number): void {
    this.#keys.get(domain)?.cancel();
    this.#keys.delete(domain);
  }

  forgetAccount(account: number): void {
    for (const [domain, { owner }] of this.#keys) if (owner.account === account) this.forget(domain);
  }
}
