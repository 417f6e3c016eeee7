import { expect } from 'vitest';
import type { LoopbackDns } from '../dns/loopback-dns.ts';
import { canonical, deepestZone, type Records } from '../dns/zone.ts';

const TYPES = ['TXT', 'CNAME', 'A', 'AAAA', 'MX'] as const;
type Type = (typeof TYPES)[number];

/**
 * Does what a `fix` says, to the letter, as somebody would who knows nothing but the form of a DNS provider.
 * Fails where the sentence does not fit what is in the zone.
 */
export function followFix(fix: string, servers: LoopbackDns): void {
  const zone = /[Ii]n (?:the|its) DNS zone (?<zone>\S+),/.exec(fix)?.groups?.['zone'];
  const registered =
    /^Register (?<name>\S+) or renew its registration, and in its DNS zone (?<rest>.*)$/.exec(fix);
  if (registered?.groups !== undefined) {
    const { name = '', rest = '' } = registered.groups;
    const [hosts] = servers.authorities.map(({ address }) => address);
    const records = { '@': { NS: [`ns1.${name}`] }, ns1: { A: [hosts ?? ''] } };
    for (const server of [servers.resolver, ...servers.authorities]) server.serve(name, records);
    followFix(`In the DNS zone ${name}, ${rest}`, servers);
    return;
  }
  expect(zone, fix).toBeDefined();
  const action = fix.replace(/^In the DNS zone \S+, /, '');
  const form = new ZoneForm(servers, zone ?? '');
  expect(
    ACTIONS.some(([sentence, act]) => {
      const groups = sentence.exec(action)?.groups;
      if (groups !== undefined) act(form, groups);
      return groups !== undefined;
    }),
    `nobody can follow: ${fix}`,
  ).toBe(true);
}

type Action = [RegExp, (form: ZoneForm, words: Record<string, string>) => void];

const ACTIONS: Action[] = [
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
      form.set(
        host,
        toType(type),
        from === undefined ? [value] : there.map((one) => (one === from ? value : one)),
      );
    },
  ],
  [
    /^replace the (?<what>.*?) records? (?<which>that begin with v=spf1 )?at the host “(?<host>[^”]*)” by one (?<type>\w+) record with the value “(?<value>[^”]*)”\.$/,
    (form, { what = '', which, host = '', type, value = '' }) => {
      const count = /^\d+/.exec(what)?.[0];
      const goes = (one: string) => which === undefined || one.startsWith('v=spf1');
      for (const old of TYPES) {
        if (!what.includes(old)) continue;
        const there = form.get(host, old);
        expect(there.filter(goes).length).toBe(count === undefined ? there.length : Number(count));
        form.set(
          host,
          old,
          there.filter((one) => !goes(one)),
        );
      }
      form.set(host, toType(type), [...form.get(host, toType(type)), value]);
    },
  ],
  [
    /^at the host “(?<host>[^”]*)”, remove the (?<type>\w+) records? with the value (?<remove>.*), and keep “(?<keep>[^”]*)”\.$/,
    (form, { host = '', type, remove = '', keep }) => {
      const gone = [...remove.matchAll(/“([^”]*)”/g)].map(([, value]) => value);
      const there = form.get(host, toType(type));
      expect(there).toEqual(expect.arrayContaining([...gone, keep]));
      form.set(
        host,
        toType(type),
        there.filter((one) => !gone.includes(one)),
      );
    },
  ],
  [
    /^at the host “(?<host>[^”]*)”, remove all (?<type>\w+) records but the one with the value “(?<keep>[^”]*)”\.$/,
    (form, { host = '', type, keep = '' }) => {
      const there = form.get(host, toType(type));
      expect(there).toContain(keep);
      form.set(host, toType(type), [keep]);
    },
  ],
  [
    /^change the host of the (?<type>\w+) record from “(?<from>[^”]*)” to “(?<to>[^”]*)” and keep its value “(?<value>[^”]*)”\.$/,
    (form, { type, from = '', to = '', value = '' }) => {
      const there = form.get(from, toType(type));
      expect(there).toContain(value);
      form.set(
        from,
        toType(type),
        there.filter((one) => one !== value),
      );
      form.set(to, toType(type), [...form.get(to, toType(type)), value]);
    },
  ],
  [
    /^make .* answer as the others do, with the (?<type>\w+) record at the host “(?<host>[^”]*)” and the value “(?<value>[^”]*)”\.$/,
    (form, { type, host = '', value = '' }) => form.set(host, toType(type), [value]),
  ],
];

function toType(word: string | undefined): Type {
  const type = TYPES.find((one) => one === word);
  if (type === undefined) throw new Error(`a form has no records of the type ${word}`);
  return type;
}

/** What a DNS provider shows of one zone. */
class ZoneForm {
  readonly #servers: LoopbackDns;
  readonly #zone: string;

  constructor(servers: LoopbackDns, zone: string) {
    this.#servers = servers;
    this.#zone = zone;
  }

  get(host: string, type: Type): string[] {
    const found = this.#records(host)[type];
    return found === undefined ? [] : [found].flat().map((one) => (Array.isArray(one) ? one.join('') : one));
  }

  set(host: string, type: Type, values: string[]): void {
    const { [type]: _, ...others } = this.#records(host);
    const [only] = values;
    const records = {
      ...others,
      ...(only === undefined ? {} : { [type]: type === 'CNAME' ? only : values }),
    };
    this.#servers.publish(this.#full(host), Object.keys(records).length === 0 ? null : records);
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
