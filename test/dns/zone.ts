import type { Answer } from 'dns-packet';

/**
 * The records at one name. Owners are relative to the zone's apex, unless they end in a dot; targets are full names.
 * A TXT record is a string (cut into strings of 255 octets) or its strings as they shall be sent.
 */
export interface Records {
  TXT?: (string | (string | Buffer)[])[];
  CNAME?: string;
  /** All names below this one are aliases for those below the target. */
  DNAME?: string;
  NS?: string[];
  /** As in a zone file: `12345 13 2 <hex>`. With NS records, they go along with a referral. */
  DS?: string[];
  /** As in a zone file: `257 3 13 <base64>`. */
  DNSKEY?: string[];
  A?: string[];
  AAAA?: string[];
  /** `10 mx.example.org` */
  MX?: string[];
  /** Who may issue certificates. */
  CAA?: string[];
  /** Seconds; 300 where not given. */
  ttl?: number;
}

/** Owner names relative to the apex (`@` for the apex itself, `*` for a wildcard), and what is there. */
export type ZoneNames = Record<string, Records>;

/** What a zone says to a question, before it is a message. */
export type ZoneAnswer =
  | { kind: 'answer'; records: Answer[] }
  | { kind: 'alias'; records: Answer[]; target: string }
  | { kind: 'referral'; authorities: Answer[]; glue: Answer[] }
  | { kind: 'nodata' | 'nxdomain'; soa: Answer };

/** One zone's data; it may change while servers answer from it. */
export class Zone {
  readonly apex: string;
  /** Seconds: the SOA record's own TTL, and its MINIMUM field. */
  soa = { ttl: 3600, minimum: 300 };
  readonly #names = new Map<string, Records>();

  constructor(apex: string, names: ZoneNames = {}) {
    this.apex = canonical(apex);
    for (const [owner, records] of Object.entries(names)) this.set(owner, records);
  }

  /** Replaces what is at the owner name; null takes the name away. */
  set(owner: string, records: Records | null): void {
    const name = this.absolute(owner);
    if (records === null) this.#names.delete(name);
    else this.#names.set(name, records);
  }

  get(owner: string): Records | undefined {
    return this.#names.get(this.absolute(owner));
  }

  absolute(owner: string): string {
    if (owner === '@') return this.apex;
    if (owner.endsWith('.')) return canonical(owner);
    return this.apex === '' ? canonical(owner) : canonical(`${owner}.${this.apex}`);
  }

  /** RFC 1034 §4.3.2, for a name within this zone. */
  answer(name: string, type: string): ZoneAnswer {
    const cut = this.#cutAbove(name);
    if (cut !== undefined) return this.#referral(cut);
    const alias = this.#synthesized(name);
    if (alias !== undefined) return alias;
    const records = this.#names.get(name) ?? this.#wildcard(name);
    if (records === undefined) {
      return { kind: this.#isEmptyNonTerminal(name) ? 'nodata' : 'nxdomain', soa: this.soaRecord() };
    }
    if (records.CNAME !== undefined && type !== 'CNAME') {
      return { kind: 'alias', records: toAnswers(name, 'CNAME', records), target: canonical(records.CNAME) };
    }
    const answers =
      type === 'SOA' && name === this.apex ? [this.soaRecord()] : toAnswers(name, type, records);
    return answers.length > 0
      ? { kind: 'answer', records: answers }
      : { kind: 'nodata', soa: this.soaRecord() };
  }

  /** What a DNAME record above the name makes of it (RFC 6672 §3.1). */
  #synthesized(name: string): ZoneAnswer | undefined {
    for (const [owner, records] of this.#names) {
      if (records.DNAME === undefined || !name.endsWith(`.${owner}`)) continue;
      const target = canonical(`${name.slice(0, -owner.length)}${records.DNAME}`);
      const cname = toAnswers(name, 'CNAME', { ...records, CNAME: target });
      return { kind: 'alias', records: [...toAnswers(owner, 'DNAME', records), ...cname], target };
    }
    return undefined;
  }

  soaRecord(): Answer {
    return {
      type: 'SOA',
      name: wireName(this.apex),
      ttl: this.soa.ttl,
      data: {
        mname: wireName(`ns1.${this.apex}`),
        rname: wireName(`hostmaster.${this.apex}`),
        serial: 1,
        refresh: 7200,
        retry: 3600,
        expire: 1209600,
        minimum: this.soa.minimum,
      },
    };
  }

  /** The highest name from below the apex down to `name` that has NS records: the zone ends there. */
  #cutAbove(name: string): string | undefined {
    if (name === this.apex) return undefined;
    const below = this.apex === '' ? name : name.slice(0, -this.apex.length - 1);
    const labels = below.split('.');
    for (let i = labels.length - 1; i >= 0; i--) {
      const owner = this.absolute(labels.slice(i).join('.'));
      if (this.#names.get(owner)?.NS !== undefined) return owner;
    }
    return undefined;
  }

  #referral(cut: string): ZoneAnswer {
    const records = this.#names.get(cut) ?? {};
    const glue = (records.NS ?? []).flatMap((server) => this.addresses(canonical(server)));
    const authorities = [...toAnswers(cut, 'NS', records), ...toAnswers(cut, 'DS', records)];
    return { kind: 'referral', authorities, glue };
  }

  /** What this zone's data holds about a name server's addresses: glue too, which lies below a cut. */
  addresses(name: string): Answer[] {
    const records = this.#names.get(name) ?? {};
    return [...toAnswers(name, 'A', records), ...toAnswers(name, 'AAAA', records)];
  }

  /** RFC 4592 §3.3.1: the wildcard at the closest encloser. The apex always exists. */
  #wildcard(name: string): Records | undefined {
    if (name === this.apex) return undefined;
    let encloser = parentOf(name);
    while (encloser !== this.apex && !this.#names.has(encloser) && !this.#isEmptyNonTerminal(encloser)) {
      encloser = parentOf(encloser);
    }
    if (this.#isEmptyNonTerminal(name)) return undefined;
    return this.#names.get(encloser === '' ? '*' : `*.${encloser}`);
  }

  #isEmptyNonTerminal(name: string): boolean {
    if (name === this.apex) return true;
    const suffix = `.${name}`;
    for (const owner of this.#names.keys()) if (owner.endsWith(suffix)) return true;
    return false;
  }
}

/** The zone of the longest apex that holds the name. */
export function deepestZone(zones: ReadonlyMap<string, Zone>, name: string): Zone | undefined {
  for (let candidate = name; ; candidate = parentOf(candidate)) {
    const zone = zones.get(candidate);
    if (zone !== undefined || candidate === '') return zone;
  }
}

/** Lower case, without the trailing dot; the root is the empty name. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

function wireName(name: string): string {
  return canonical(name) === '' ? '.' : canonical(name);
}

function toAnswers(name: string, type: string, records: Records): Answer[] {
  const head = { name: wireName(name), ttl: records.ttl ?? 300 };
  switch (type) {
    case 'TXT':
      return (records.TXT ?? []).map((text) => ({ ...head, type, data: toStrings(text) }));
    case 'CNAME':
      return records.CNAME === undefined ? [] : [{ ...head, type, data: wireName(records.CNAME) }];
    case 'DNAME':
      return records.DNAME === undefined ? [] : [{ ...head, type, data: wireName(records.DNAME) }];
    case 'NS':
      return (records.NS ?? []).map((server) => ({ ...head, type, data: wireName(server) }));
    case 'A':
    case 'AAAA':
      return (records[type] ?? []).map((data) => ({ ...head, type, data }));
    case 'DS':
      return (records.DS ?? []).map((text) => {
        const [keyTag, algorithm, digestType, digest = ''] = text.split(' ');
        const numbers = {
          keyTag: Number(keyTag),
          algorithm: Number(algorithm),
          digestType: Number(digestType),
        };
        return { ...head, type, data: { ...numbers, digest: Buffer.from(digest, 'hex') } };
      });
    case 'DNSKEY':
      return (records.DNSKEY ?? []).map((text) => {
        const [flags, , algorithm, key = ''] = text.split(' ');
        const data = { flags: Number(flags), algorithm: Number(algorithm), key: Buffer.from(key, 'base64') };
        return { ...head, type, data };
      });
    case 'CAA':
      return (records.CAA ?? []).map((value) => ({ ...head, type, data: { flags: 0, tag: 'issue', value } }));
    case 'MX':
      return (records.MX ?? []).map((mx) => {
        const [preference = '0', exchange = '.'] = mx.split(' ');
        return { ...head, type, data: { preference: Number(preference), exchange: wireName(exchange) } };
      });
    default:
      return [];
  }
}

function toStrings(text: string | (string | Buffer)[]): Buffer[] {
  if (Array.isArray(text)) return text.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const octets = Buffer.from(text);
  const strings: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 255) strings.push(octets.subarray(at, at + 255));
  return strings.length > 0 ? strings : [Buffer.alloc(0)];
}
