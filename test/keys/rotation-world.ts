import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Actor, LetterheadError } from '@letterhead/shared';
import { pino } from 'pino';
import { NEW_ACCOUNT } from '../../server/auth/accounts.ts';
import { DomainNameSchema } from '../../server/domains/domain-name.ts';
import { type Installation, openInstallation } from '../../server/installation.ts';
import { type Clock, toInstant } from '../../server/instant.ts';
import type { CheckMode } from '../../server/monitor/apply-verdicts.ts';
import { checkedRecordsOf } from '../../server/records/dns-records.ts';
import { parseSettings } from '../../server/settings.ts';
import type { AccountRow } from '../../server/store/interface/accounts.ts';
import type { DomainRow } from '../../server/store/interface/domain-row.ts';
import { type LoopbackDns, startLoopbackDns } from '../dns/loopback-dns.ts';
import { KEYS_FILE, keysFromFile } from '../keys-file.ts';

const ACTOR: Actor = { kind: 'cli', token_id: null, address: null };
export const AUTHORITIES = 2;

/** What came of a signature: the selector that it names, or the code of the refusal. */
export type Signed = { readonly selector: string } | { readonly code: string };

/**
 * An installation on files with real name servers, and a clock that is moved by hand. It is about one domain after
 * another, each with a name of its own.
 */
export class RotationWorld implements AsyncDisposable {
  readonly dns: LoopbackDns;
  readonly account: AccountRow;
  readonly #time: { now: number };
  #installation: Installation;
  #folder: string;
  #domains = 0;
  #id = 0;
  /** Selectors whose record an authority has had. */
  readonly seen = new Set<string>();

  private constructor(
    dns: LoopbackDns,
    opened: { installation: Installation; folder: string; account: AccountRow; time: { now: number } },
  ) {
    this.dns = dns;
    this.account = opened.account;
    this.#installation = opened.installation;
    this.#folder = opened.folder;
    this.#time = opened.time;
  }

  static async open(): Promise<RotationWorld> {
    const dns = await startLoopbackDns({ authorities: AUTHORITIES });
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-rotation-'));
    const time = { now: Date.parse('2026-01-01T00:00:00Z') };
    const installation = await openFolder(dns, folder, () => new Date(time.now));
    const at = toInstant(new Date(time.now));
    const account = await installation.store.accounts.create(
      { ...NEW_ACCOUNT, name: 'Test', created_at: at, updated_at: at },
      { type: 'account.created', domain: null, actor: ACTOR, at, changes: {} },
    );
    return new RotationWorld(dns, { installation, folder, account, time });
  }

  /** Goes on with a new domain in place of the one before, if there is one. */
  async begin(): Promise<void> {
    const { domains } = this.#installation.services;
    if (this.#id > 0) await domains.delete(this.account, await this.row(), ACTOR);
    for (const server of this.#servers) server.fault = null;
    this.seen.clear();
    this.#domains += 1;
    const name = DomainNameSchema.parse(`d${this.#domains}.example.org`);
    this.#id = (await domains.create(this.account, name, ACTOR)).id;
  }

  async row(): Promise<DomainRow> {
    return this.#installation.services.domains.get(this.account, this.#id);
  }

  async rotate(): Promise<void> {
    await this.#installation.services.keys.rotate(await this.row(), ACTOR);
  }

  async remove(key: number): Promise<void> {
    await this.#installation.services.keys.remove(await this.row(), key, ACTOR);
  }

  async revoke(key: number): Promise<void> {
    await this.#installation.services.keys.revoke(await this.row(), key, ACTOR);
  }

  /** Has these authorities publish the record of a key, or take it away. */
  async publish(key: number, authorities: readonly number[], isThere: boolean): Promise<void> {
    const record = checkedRecordsOf(await this.row()).find(({ id }) => id === `dkim:${key}`);
    if (record === undefined) return;
    for (const at of authorities)
      this.dns.authorities[at]?.publish(record.fqdn, isThere ? { TXT: [record.value] } : null);
    if (isThere && authorities.length > 0) this.seen.add(record.selector);
  }

  /** Has the resolver give what an authority does, from now on. */
  async refreshResolver(authority: number): Promise<void> {
    const zone = this.dns.authorities[authority]?.zones.get('example.org');
    for (const { fqdn } of checkedRecordsOf(await this.row()))
      this.dns.resolver.publish(fqdn, zone?.get(`${fqdn}.`) ?? null);
  }

  async verify(mode: Exclude<CheckMode, 'monitor'>): Promise<void> {
    const target = { account: this.account.id, id: this.#id };
    await this.#installation.monitor.verifyNow(target, { actor: ACTOR, mode });
  }

  /** Lets time pass, and then what is due be checked. */
  async pass(milliseconds: number): Promise<void> {
    this.#time.now += milliseconds;
    const { monitor } = this.#installation;
    await monitor.tick();
    while (monitor.load.inFlight + monitor.load.waiting > 0) await setTimeout(1);
  }

  async sign(): Promise<Signed> {
    const { domain } = await this.row();
    const message = { headers: `From: help@${domain}\r\n`, body_hash: EMPTY_BODY, allow_unverified: false };
    try {
      const { selector } = await this.#installation.services.signing.sign(this.account, message);
      return { selector };
    } catch (error) {
      if (error instanceof LetterheadError) return { code: error.code };
      throw error;
    }
  }

  /** Goes on with what is on the disk at this moment, as after a kill: nothing is told that it ends. */
  async kill(): Promise<void> {
    const left = this.#folder;
    const folder = await mkdtemp(join(tmpdir(), 'letterhead-rotation-'));
    await cp(left, folder, { recursive: true, filter: (path) => !basename(path).startsWith('lock') });
    const before = this.#installation;
    this.#installation = await openFolder(this.dns, folder, () => new Date(this.#time.now));
    this.#folder = folder;
    await before[Symbol.asyncDispose]();
    await rm(left, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#installation[Symbol.asyncDispose]();
    await this.dns[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  get #servers() {
    return [this.dns.resolver, ...this.dns.authorities];
  }
}

/** SHA-256 of nothing. */
const EMPTY_BODY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

async function openFolder(dns: LoopbackDns, folder: string, clock: Clock): Promise<Installation> {
  return openInstallation({
    settings: parseSettings({
      DATA_DIR: folder,
      DNS_SERVERS: `127.0.0.1:${dns.port}`,
      DNS_ALLOW_PRIVATE: 'true',
      DNS_AUTHORITY_PORT: String(dns.port),
    }),
    log: pino({ level: 'silent' }),
    keys: await keysFromFile(KEYS_FILE, () => {}),
    clock,
  });
}
