import type { Referral } from './answer.ts';
import { namedByDifferently } from './delegation.ts';
import type { NamedBy, ZoneCut } from './outcome.ts';

/** Who names each server of a zone, if the zone and the zone above it name different servers. */
interface DifferingZone {
  readonly zone: string;
  readonly namedBy: ReadonlyMap<string, readonly NamedBy[]>;
  /** Absent for the zone that the walk starts from. */
  readonly cut?: ZoneCut;
}

/** Server that refers to a zone below its own. */
interface Referrer {
  readonly zone: string;
  readonly name: string;
}

/** Zone cuts that a walk has passed, and whose word led to each server. */
export class ZoneCuts {
  /** Of the zone that the walk starts from, if its two sides differ. */
  readonly #start: DifferingZone | null;
  readonly #cuts = new Map<string, ZoneCut>();
  readonly #referrers = new Map<string, Referrer[]>();
  readonly #asked = new Set<string>();

  constructor(zone: string, namedBy: DifferingZone['namedBy'] | null) {
    this.#start = namedBy === null ? null : { zone, namedBy };
  }

  addReferral({ zone, nameServers }: Referral, by: Referrer): void {
    const known = this.#cuts.get(zone) ?? { zone, above: by.zone, nameServers: [], parentServers: [] };
    const parentServers = [...new Set([...known.parentServers, ...nameServers])];
    this.#cuts.set(zone, { ...known, parentServers });
    this.#referrers.set(zone, [...(this.#referrers.get(zone) ?? []), by]);
  }

  /** Whether a zone was referred to and has not been asked yet whom it names itself; true only once. */
  takeQuestion(zone: string): boolean {
    if (this.#asked.has(zone) || !this.#cuts.has(zone)) return false;
    this.#asked.add(zone);
    return true;
  }

  /** Keeps whom a zone names itself, and returns those whom no referral has named. */
  addNameServers(zone: string, nameServers: readonly string[]): string[] {
    const cut = this.#cuts.get(zone);
    if (cut === undefined) return [];
    this.#cuts.set(zone, { ...cut, nameServers: [...nameServers] });
    return nameServers.filter((name) => !cut.parentServers.includes(name));
  }

  /** The highest zone whose two sides differ: the servers of all zones below it are reached by either side's word. */
  differing(): DifferingZone | null {
    if (this.#start !== null) return this.#start;
    const downwards = [...this.#cuts.values()].sort((one, other) => one.zone.length - other.zone.length);
    for (const cut of downwards) {
      const namedBy = namedByDifferently(cut);
      if (namedBy !== null) return { zone: cut.zone, namedBy, cut };
    }
    return null;
  }

  /** Whose word led to a server of a zone; empty where both sides name the same servers. */
  sidesOf(zone: string, nameServer: string): NamedBy[] {
    const differing = this.differing();
    if (differing === null) return [];
    if (zone === differing.zone) return [...(differing.namedBy.get(nameServer) ?? [])];
    const referrers = this.#referrers.get(zone) ?? [];
    return [...new Set(referrers.flatMap((referrer) => this.sidesOf(referrer.zone, referrer.name)))];
  }
}
