import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { FairSemaphore } from '../fair-semaphore.ts';
import type { KeyCipher, KeyOwner } from '../keys/key-encryption.ts';
import { SIGN_LIMITS } from '../limits.ts';
import type { CheckObserver } from '../monitor/run-check.ts';
import type { Timer } from '../timer.ts';

/** In libuv's threads: the event loop goes on. */
const signInThread = promisify(sign);

interface OpenedKey {
  readonly owner: KeyOwner;
  readonly encrypted: string;
  readonly key: KeyObject;
  /** What is delivered of it, once it has been. */
  delivered: string | null;
  readonly cancel: () => void;
}

/**
 * Private keys that are open in memory, because decrypting and parsing one takes as long as a signature: for a minute at
 * most, one a domain, and no longer than the domain has it. They are used here, and delivered to mail servers.
 */
export class OpenedKeys {
  readonly #cipher: KeyCipher;
  readonly #timer: Timer;
  /** By domain, the longest open first. */
  readonly #keys = new Map<number, OpenedKey>();
  /** Leaves threads to files, which share them; accounts take turns. */
  readonly #threads = new FairSemaphore<number>(SIGN_LIMITS.threads);

  constructor(cipher: KeyCipher, timer: Timer) {
    this.#cipher = cipher;
    this.#timer = timer;
  }

  /** How many are open. */
  get size(): number {
    return this.#keys.size;
  }

  /** Signs with the key that a row has now (RSASSA-PKCS1-v1_5, SHA-256). Rejects with `unavailable` where it does not open. */
  async sign(octets: Uint8Array, encrypted: string, owner: KeyOwner): Promise<Uint8Array> {
    const { key } = this.#open(encrypted, owner);
    return this.#threads.run(owner.account, () => signInThread('sha256', octets, key));
  }

  /** The key that a row has now, in PEM (PKCS #8, RFC 7468 §10). Throws `unavailable` where it does not open. */
  toPem(encrypted: string, owner: KeyOwner): string {
    return this.#open(encrypted, owner).key.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  /** What `write` makes of the key in PEM: once, for as long as the key is open. Throws like `toPem`. */
  toDelivered(encrypted: string, owner: KeyOwner, write: (pem: string) => string): string {
    const opened = this.#open(encrypted, owner);
    opened.delivered ??= write(this.toPem(encrypted, owner));
    return opened.delivered;
  }

  #open(encrypted: string, owner: KeyOwner): OpenedKey {
    const known = this.#keys.get(owner.domain);
    if (known?.encrypted === encrypted && known.owner.account === owner.account) return known;
    this.forget(owner.domain);
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined && this.#keys.size >= SIGN_LIMITS.openKeys) this.forget(oldest);
    const der = Buffer.from(this.#cipher.decrypt(encrypted, owner));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    const cancel = this.#timer(SIGN_LIMITS.openKeyAge, () => this.#keys.delete(owner.domain));
    const opened: OpenedKey = { owner, encrypted, key, delivered: null, cancel };
    this.#keys.set(owner.domain, opened);
    return opened;
  }

  /** Drops a key once a check has moved signing to another one. */
  get observer(): Pick<CheckObserver, 'checked'> {
    return {
      checked: ({ row, events }) => {
        if (events.some(({ type }) => type === 'key.activated')) this.forget(row.id);
      },
    };
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
