import { type Action, type FixSource, fixSentence } from '@letterhead/shared';
import { expect } from 'vitest';
import type { LoopbackDns } from '../dns/loopback-dns.ts';
import type { NameServer } from '../dns/name-server.ts';
import { resolveFrom } from '../dns/parent-zone.ts';
import { canonical, deepestZone, type Records } from '../dns/zone.ts';

const TYPES = ['TXT', 'CNAME', 'A', 'AAAA', 'MX', 'CAA', 'NS'] as const;
type Type = (typeof TYPES)[number];

/** An entry of a diagnosis that says what to do, in words and as data. */
export interface Advised {
  readonly code: FixSource['code'];
  readonly fix: string | null;
  readonly action: Action | null;
}

/**
 * Does what an entry says, as somebody would who knows nothing but the form of a DNS provider, and as a program would
 * that reads no sentence. Fails where both don't do the same, or where either does not fit what is in the zone.
 */
export function followFix({ code, fix, action }: Advised, servers: LoopbackDns): void {
  if (action === null || fix === null) throw new Error(`${code}: there is nothing to follow`);
  expect(fix).toBe(fixSentence({ code, action }));
  if (action.type === 'NS' || action.type === 'DS') {
    followDelegation(fix, action, servers);
    return;
  }
  if (action.kind === 'registrar') register(action.zone, servers);
  const [person, program] = [new ZoneForm(servers, action.zone), new ZoneForm(servers, action.zone)];
  followSentence(fix, action.zone, person);
  followAction(action, program);
  expect(program.changes, fix).toEqual(person.changes);
  person.save();
}

/** Changes who answers for a zone: at its registrar, or in its own NS records. */
function followDelegation(fix: string, action: Action, servers: LoopbackDns): void {
  const { kind, zone, type, host, value, remove } = action;
  const at = kind === 'registrar' ? `At the registrar of ${zone}` : `In the DNS settings of ${zone}`;
  expect(fix.startsWith(`${at}, `), fix).toBe(true);
  expect(host).toBe('@');
  const holder = kind === 'registrar' ? parentServer(zone, servers) : servers.authorities[0];
  const records = holder?.zones.get(kind === 'registrar' ? zone.slice(zone.indexOf('.') + 1) : zone);
  const owner = kind === 'registrar' ? `${zone}.` : host;
  const { DS, ...before } = records?.get(owner) ?? {};
  if (type === 'DS') {
    expect(fix).toMatch(
      /remove the DS records?, or replace (?:it|them) with the one that your DNS provider shows\.$/,
    );
    if (remove.length > 0) expect(remove).toEqual([{ type, count: DS?.length, values: DS }]);
    records?.set(owner, before);
    servers.resolver.faults.clear();
    return;
  }
  const wanted = [...fix.matchAll(/“([^”]*)”/g)].map(([, name = '']) => name).filter((name) => name !== host);
  expect(value.split(' ')).toEqual(wanted);
  const gone = remove.flatMap(({ values }) => values ?? []);
  expect(before.NS).toEqual(expect.arrayContaining(gone));
  records?.set(owner, { ...before, NS: wanted });
  const [first] = wanted.flatMap((name) => serverNamed(name, servers) ?? []);
  if (first !== undefined) resolveFrom(first, servers, zone);
}

function parentServer(zone: string, { spares }: LoopbackDns): NameServer | undefined {
  return spares.find(({ zones }) => zones.has(zone.slice(zone.indexOf('.') + 1)));
}

function serverNamed(name: string, { resolver, authorities, spares }: LoopbackDns): NameServer | undefined {
  const [address] = deepestZone(resolver.zones, name)?.get(`${name}.`)?.A ?? [];
  return [...authorities, ...spares].find((server) => server.address === address);
}

function register(name: string, servers: LoopbackDns): void {
  const [hosts] = servers.authorities.map(({ address }) => address);
  const records = { '@': { NS: [`ns1.${name}`] }, ns1: { A: [hosts ?? ''] } };
  for (const server of [servers.resolver, ...servers.authorities]) server.serve(name, records);
}

function followAction({ kind, type: of, host, value, from_host, remove }: Action, form: ZoneForm): void {
  const type = toType(of);
  for (const { type: old, count, values } of remove) {
    const there = form.get(host, toType(old));
    const goes = (one: string) =>
      values === null ? kind !== 'remove' || one !== value : values.includes(one);
    expect(there.filter(goes), `${count} records of the type ${old} at ${host}`).toHaveLength(count);
    form.set(
      host,
      toType(old),
      there.filter((one) => !goes(one)),
    );
  }
  if (kind === 'remove') {
    expect(form.get(host, type)).toEqual([value]);
    return;
  }
  if (kind === 'move') {
    const there = form.get(from_host ?? '', type);
    expect(there).toContain(value);
    form.set(
      from_host ?? '',
      type,
      there.filter((one) => one !== value),
    );
  }
  form.set(host, type, [...form.get(host, type), value]);
}

function followSentence(fix: string, zone: string, form: ZoneForm): void {
  const beginnings = [
    `In the DNS settings of ${zone}, `,
    `Register ${zone}, or renew its registration; then, in its DNS settings, `,
  ];
  const beginning = beginnings.find((one) => fix.startsWith(one));
  const rest = fix.slice(beginning?.length);
  const isFollowed = SENTENCES.some(([sentence, act]) => {
    const groups = sentence.exec(rest)?.groups;
    if (groups !== undefined) act(form, groups);
    return groups !== undefined;
  });
  expect(beginning !== undefined && isFollowed, `nobody can follow: ${fix}`).toBe(true);
}

type Sentence = [RegExp, (form: ZoneForm, words: Record<string, string>) => void];

const SENTENCES: Sentence[] = [
  [
    /^add a (?<type>\w+) record with the host “(?<host>[^”]*)” and the value “(?<value>[^”]*)”\.$/,
    (form, { type, host = '', value = '' }) =>
      form.set(host, toType(type), [...form.get(host, toType(type)), value]),
  ],
  [
    /^change the value of the (?<type>\w+) record at the host “(?<host>[^”]*)” (?:from “(?<from>[^”]*)” )?to “(?<value>[^”]*)”\.$/,
    (form, { type, host = '', from, value = '' }) => {
      const there = form.get(host, toType(type));
      if (from === undefined) expect(there).toHaveLength(1);
      else expect(there).toContain(from);
      const others = there.filter((one) => from !== undefined && one !== from);
      form.set(host, toType(type), [...others, value]);
    },
  ],
  [
    /^replace the (?<what>.*?) records? at the host “(?<host>[^”]*)” with one (?<type>\w+) record that has the value “(?<value>[^”]*)”\.$/,
    (form, { what = '', host = '', type, value = '' }) => {
      const count = /^\d+/.exec(what)?.[0];
      for (const old of typesIn(what)) {
        if (count !== undefined) expect(form.get(host, old)).toHaveLength(Number(count));
        form.set(host, old, []);
      }
      form.set(host, toType(type), [...form.get(host, toType(type)), value]);
    },
  ],
  [
    /^at the host “(?<host>[^”]*)”, remove the \d+ (?<type>\w+) records with the values (?<remove>.*), and add one with the value “(?<value>[^”]*)”\.$/,
    (form, { host = '', type, remove = '', value = '' }) => {
      const kept = without(form.get(host, toType(type)), remove);
      form.set(host, toType(type), [...kept, value]);
    },
  ],
  [
    /^at the host “(?<host>[^”]*)”, remove the (?<type>\w+) records? with the values? (?<remove>.*), and keep “(?<keep>[^”]*)”\.$/,
    (form, { host = '', type, remove = '', keep }) => {
      const kept = without(form.get(host, toType(type)), remove);
      expect(kept).toContain(keep);
      form.set(host, toType(type), kept);
    },
  ],
  [
    /^at the host “(?<host>[^”]*)”, remove all (?<type>\w+) records except the one with the value “(?<keep>[^”]*)”\.$/,
    (form, { host = '', type, keep = '' }) => {
      expect(form.get(host, toType(type))).toContain(keep);
      form.set(host, toType(type), [keep]);
    },
  ],
  [
    /^(?:remove the (?<what>.*?) records? at the host “(?<host>[^”]*)”, and )?change the host of the (?<type>\w+) record from “(?<from>[^”]*)” to “(?<to>[^”]*)” and leave its value “(?<value>[^”]*)” as it is\.$/,
    (form, { what = '', host = '', type, from = '', to = '', value = '' }) => {
      for (const old of typesIn(what)) form.set(host, old, []);
      form.set(from, toType(type), without(form.get(from, toType(type)), `“${value}”`));
      form.set(to, toType(type), [...form.get(to, toType(type)), value]);
    },
  ],
  [
    /^make sure that all name servers have the same (?<type>\w+) record, with the host “(?<host>[^”]*)” and the value “(?<value>[^”]*)”(?:, and not the (?<what>.*?) records? beside it)?\.$/,
    (form, { type, host = '', value = '', what = '' }) => {
      for (const old of typesIn(what)) form.set(host, old, []);
      form.set(host, toType(type), [value]);
    },
  ],
];

/** The values that are left when those in quotation marks have been removed. */
function without(values: readonly string[], removed: string): string[] {
  const gone = [...removed.matchAll(/“([^”]*)”/g)].map(([, value = '']) => value);
  expect(values).toEqual(expect.arrayContaining(gone));
  return values.filter((value) => !gone.includes(value));
}

function typesIn(words: string): Type[] {
  return TYPES.filter((one) => words.split(/,? /).includes(one));
}

function toType(word: string | undefined): Type {
  const type = TYPES.find((one) => one === word);
  if (type === undefined) throw new Error(`a form has no records of the type ${word}`);
  return type;
}

/** What a DNS provider shows of one zone. Changes reach the name servers when it is saved. */
class ZoneForm {
  /** Values by host and type. */
  readonly changes = new Map<string, string[]>();
  readonly #servers: LoopbackDns;
  readonly #zone: string;

  constructor(servers: LoopbackDns, zone: string) {
    this.#servers = servers;
    this.#zone = zone;
  }

  get(host: string, type: Type): string[] {
    const found = this.changes.get(`${host} ${type}`) ?? this.#records(host)[type] ?? [];
    return [found].flat().map((one) => (Array.isArray(one) ? one.join('') : one));
  }

  /** Each value once, as in a set of records (RFC 2181 §5). */
  set(host: string, type: Type, values: string[]): void {
    this.changes.set(`${host} ${type}`, [...new Set(values)]);
  }

  save(): void {
    for (const [at, values] of this.changes) {
      const [host = '', word] = at.split(' ');
      const type = toType(word);
      const { [type]: _, ...others } = this.#records(host);
      const [only] = values;
      const records = {
        ...others,
        ...(only === undefined ? {} : { [type]: type === 'CNAME' ? only : values }),
      };
      this.#servers.publish(this.#full(host), Object.keys(records).length === 0 ? null : records);
    }
  }

  #records(host: string): Records {
    const full = this.#full(host);
    for (const server of this.#servers.authorities) {
      const zone = deepestZone(server.zones, full);
      expect(zone?.apex, `the zone that holds ${full}`).toBe(this.#zone);
      const owner = full === this.#zone ? '@' : full.slice(0, -this.#zone.length - 1);
      const records = zone?.get(owner);
      if (records !== undefined) return records;
    }
    return {};
  }

  #full(host: string): string {
    return host === '@' ? this.#zone : canonical(`${host}.${this.#zone}`);
  }
}
