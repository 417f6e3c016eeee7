import { KEY_TTL } from '../records/dns-records.ts';
import type { DomainRef } from '../store/interface/domain-row.ts';
import { nextTurn, Turns } from '../turns.ts';
import type { Primary } from './primary.ts';
import { CLASS, decodeText, TYPE, type WireRecord } from './wire.ts';
import { type Difference, namesOf, type ZoneContent } from './zone-content.ts';

/** RRSIG, NSEC and NSEC3: a server that signs the zone keeps these itself. */
const DNSSEC_TYPES: readonly number[] = [46, 47, 50];

/** Labels of ours that are taken in before other work has its turn. */
const LABELS_AT_A_STRETCH = 250;

/** Compares what the primary has under our labels with what it is to have. Rejects with `PrimaryError`. */
export async function compareZone(
  primary: Primary,
  content: ZoneContent,
  zone: string,
  signal: AbortSignal,
): Promise<Difference[]> {
  const comparison = new Comparison(zone);
  let count = 0;
  for await (const label of content.all()) {
    comparison.expect(label.label, label.owner, namesOf(label, zone));
    if (++count % LABELS_AT_A_STRETCH === 0) await nextTurn(null);
  }
  await primary.transfer((record) => comparison.find(record), signal);
  return comparison.differences();
}

class Comparison {
  readonly #zone: string;
  readonly #owners = new Map<string, DomainRef | null>();
  readonly #expected = new Map<string, string>();
  readonly #found = new Map<string, string[]>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  expect(label: string, owner: DomainRef | null, names: readonly [string, string][]): void {
    this.#owners.set(label, owner);
    for (const [name, text] of names) this.#expected.set(name, text);
  }

  find(record: WireRecord): void {
    const label = this.#labelOf(record.name);
    if (label === undefined || !this.#owners.has(label) || DNSSEC_TYPES.includes(record.type)) return;
    const found = this.#found.get(record.name);
    if (found === undefined) this.#found.set(record.name, [describe(record)]);
    else found.push(describe(record));
  }

  async differences(): Promise<Difference[]> {
    const names = new Set([...this.#expected.keys(), ...this.#found.keys()]);
    return (await new Turns().map([...names], (name) => this.#differencesAt(name))).flat();
  }

  #differencesAt(name: string): Difference[] {
    const expected = this.#expected.get(name) ?? null;
    const found = (this.#found.get(name) ?? []).sort();
    const isRight = expected === null ? found.length === 0 : found.length === 1 && found[0] === expected;
    const owner = this.#owners.get(this.#labelOf(name) ?? '') ?? null;
    return isRight ? [] : [{ name, owner, expected, found }];
  }

  /** The label right below the zone; undefined for names of others, which may have octets that ours never have. */
  #labelOf(name: string): string | undefined {
    if (!name.endsWith(`.${this.#zone}`) || /[^a-z0-9._-]/.test(name)) return undefined;
    return name
      .slice(0, -this.#zone.length - 1)
      .split('.')
      .at(-1);
  }
}

/** The text alone of a TXT record that is like ours. */
function describe(record: WireRecord): string {
  const isLikeOurs = record.type === TYPE.TXT && record.class === CLASS.IN;
  if (!isLikeOurs) return `TYPE${record.type} ${record.data.toString('hex')}`;
  const text = decodeText(record.data);
  return record.ttl === KEY_TTL ? text : `${text} (TTL ${record.ttl})`;
}

/** The differences that both comparisons have found alike: between them, nothing was under way there. */
export function lasting(before: readonly Difference[], after: readonly Difference[]): Difference[] {
  const known = new Set(before.map(identity));
  return after.filter((one) => known.has(identity(one)));
}

function identity({ name, expected, found }: Difference): string {
  return JSON.stringify([name, expected, found]);
}
