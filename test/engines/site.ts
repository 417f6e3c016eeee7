import type { Action, Domain, RecordDiagnosis } from '@letterhead/shared';
import { fixSentence } from '@letterhead/shared';
import { expect } from 'vitest';
import type { TestServer } from '../running-server.ts';
import { Authority, type AuthorityName, type ServeOptions } from './authority.ts';
import type { DnsTree, Registration } from './dns-tree.ts';
import type { RunningResolver } from './resolver.ts';
import { ZoneFile, zoneLine } from './zone-file.ts';

/** Where a zone is served: by a provider, whose servers the zone names then, or by an authority of its own. */
export type Place = AuthorityName | Authority;

export interface SiteServeOptions extends ServeOptions {
  /** The domain itself unless it is given. */
  readonly origin?: string;
  /** The NS records at the apex; those of the places unless they are given. */
  readonly servers?: readonly string[];
}

/** What there is besides the site. */
export interface SiteSurroundings {
  readonly tree: DnsTree;
  readonly resolver: RunningResolver;
  readonly server: TestServer;
}

/** One copy of a zone. */
interface ServedZone {
  readonly zone: ZoneFile;
  readonly authority: Authority;
  readonly options: ServeOptions;
}

export type Checked = RecordDiagnosis & { readonly verified: boolean; readonly status: string };

/** A domain that Letterhead checks, in an account of its own, with what its owner has in the DNS: at first nothing. */
export class Site {
  readonly name: string;
  readonly #internet: SiteSurroundings;
  readonly #domain: Domain;
  readonly #served: ServedZone[] = [];

  constructor(internet: SiteSurroundings, domain: Domain) {
    this.name = domain.domain;
    this.#internet = internet;
    this.#domain = domain;
  }

  /** The DKIM record's name in full. */
  get fqdn(): string {
    return `${this.#dkim.hostname}.${this.registrable}`;
  }

  /** The DKIM record's host in the zone of the domain itself. */
  get host(): string {
    return this.fqdn.slice(0, -this.name.length - 1);
  }

  get value(): string {
    return this.#dkim.value;
  }

  /** The DKIM record as a line of that zone's file. */
  get record(): string {
    return this.recordAt(this.host);
  }

  /** The Return-Path record. */
  get returnPath(): Domain['dns_records'][number] {
    return this.#recordAt(1);
  }

  /** The DKIM record's value at another host. */
  recordAt(host: string, value: string = this.value): string {
    return zoneLine(host, 'TXT', value);
  }

  /** The domain that is registered: this one, or that which it is a subdomain of. */
  get registrable(): string {
    return this.name.split('.').slice(-2).join('.');
  }

  /** The records as Letterhead exports them. */
  async exported(): Promise<string> {
    const which = { account: this.#domain.account_id, id: this.#domain.id };
    return this.#internet.server.letterhead.domains.zoneFile.query(which);
  }

  /** Names of the providers' servers. */
  serversOf(...places: readonly Place[]): string[] {
    return places.flatMap((place) =>
      place instanceof Authority ? [] : this.#internet.tree.providers[place].servers,
    );
  }

  /** Serves the same copy of a zone at all of the places, instead of what they have of it. */
  async serve(places: readonly Place[], lines: string, options: SiteServeOptions = {}): Promise<void> {
    const { origin = this.name, servers = this.serversOf(...places), ...how } = options;
    const zone = new ZoneFile(origin, [...servers.map((server) => `@ NS ${server}.`), lines].join('\n'));
    for (const place of places) {
      const authority = place instanceof Authority ? place : this.#internet.tree.providers[place].authority;
      this.#forget(origin, authority);
      this.#served.push({ zone: zone.copy(), authority, options: how });
      await authority.serve(zone, how);
    }
  }

  /** Serves a zone no longer. */
  async drop(place: AuthorityName, origin: string = this.name): Promise<void> {
    const { authority } = this.#internet.tree.providers[place];
    this.#forget(origin, authority);
    await authority.drop(origin);
  }

  /** Has the registry name some providers' servers. */
  async delegate(...places: readonly Place[]): Promise<void> {
    await this.register({ servers: this.serversOf(...places) });
  }

  async register(registration: Registration | null): Promise<void> {
    await this.#internet.tree.register(this.registrable, registration);
  }

  /** Lets Letterhead check it, with a resolver that remembers nothing of it, and returns what it says of the DKIM record. */
  async check(): Promise<Checked> {
    await this.#internet.resolver.forget(this.registrable);
    return this.checkAgain();
  }

  /** The same, and what it says of the Return-Path record. */
  async checkReturnPath(): Promise<Checked> {
    await this.#internet.resolver.forget(this.registrable);
    return this.#check(this.returnPath.label);
  }

  /** The same, with what the resolver remembers. */
  checkAgain(): Promise<Checked> {
    return this.#check(this.#dkim.label);
  }

  async #check(label: string): Promise<Checked> {
    const which = { account: this.#domain.account_id, id: this.#domain.id };
    const { letterhead } = this.#internet.server;
    const { verified } = await letterhead.domains.verifyDns.mutate(which);
    const { status, records } = await letterhead.domains.diagnosis.query(which);
    const record = records.find((one) => one.label === label);
    if (record === undefined) throw new Error(`a diagnosis without a ${label} record`);
    return { ...record, verified, status };
  }

  /** Does what a diagnosis says, and nothing else, and expects that the domain is verified then. */
  async expectFixed(checked: Checked): Promise<void> {
    await this.#follow(checked);
    expect(await this.check(), `after: ${checked.fix}`).toMatchObject({ verified: true });
  }

  /** The same for the Return-Path record. */
  async expectReturnPathFixed(checked: Checked): Promise<void> {
    await this.#follow(checked);
    expect(await this.checkReturnPath(), `after: ${checked.fix}`).toMatchObject({ code: 'OK' });
  }

  async #follow({ code, action, fix }: Checked): Promise<void> {
    if (action === null) throw new Error(`${code}: there is nothing to follow`);
    expect(fix).toBe(fixSentence({ code, action }));
    if (action.kind === 'registrar') await this.#changeRegistration(action);
    else await this.#changeZone(action);
  }

  async #changeRegistration({ zone, type, value }: Action): Promise<void> {
    expect(zone).toBe(this.registrable);
    const registration = this.#internet.tree.registrationOf(zone);
    if (type === 'DS') await this.register({ ...registration, ds: [] });
    else if (type === 'NS') await this.register({ ...registration, servers: value.split(' ') });
    else throw new Error(`a registry has no ${type} records`);
  }

  async #changeZone(action: Action): Promise<void> {
    const copies = this.#served.filter(({ zone }) => zone.origin === action.zone);
    expect(copies, `the zone ${action.zone} of the fix`).not.toEqual([]);
    for (const { zone, authority, options } of copies) {
      followAction(zone, action);
      await authority.serve(zone, options);
    }
  }

  #forget(origin: string, authority: Authority): void {
    const at = this.#served.findIndex((one) => one.zone.origin === origin && one.authority === authority);
    if (at !== -1) this.#served.splice(at, 1);
  }

  get #dkim(): Domain['dns_records'][number] {
    return this.#recordAt(0);
  }

  #recordAt(index: number): Domain['dns_records'][number] {
    const record = this.#domain.dns_records[index];
    if (record === undefined) throw new Error(`a domain without a record ${index}`);
    return record;
  }
}

/** What a program does that knows of a diagnosis nothing but its action. */
function followAction(zone: ZoneFile, { kind, type, host, value, from_host, remove }: Action): void {
  for (const { type: old, values } of remove) {
    zone.remove(host, old, (one) =>
      values === null ? kind !== 'remove' || one !== value : values.includes(one),
    );
  }
  if (kind === 'remove') return;
  if (kind === 'move') {
    const moved = zone.remove(from_host ?? '', type, (one) => one === value);
    expect(moved, `what is to be moved from ${from_host}`).toBe(1);
  }
  for (const one of type === 'NS' ? value.split(' ') : [value]) zone.add(host, type, one);
}
