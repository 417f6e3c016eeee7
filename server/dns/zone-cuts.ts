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
  /** Whose word led to the servers of a zone below the one that differs. */
  readonly #sides = new Map<string, NamedBy[]>();
  #differing: DifferingZone | null | undefined;

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
    const known = new Set(cut.parentServers);
    return nameServers.filter((name) => !known.has(name));
  }

  /**
   * The highest zone whose two sides differ: the servers of all zones below it are reached by either side's word. To be
   * called once the walk has ended, as `sidesOf` is.
   */
  differing(): DifferingZone | null {
    if (this.#differing === undefined) this.#differing = this.#start ?? this.#firstDifferingCut();
    return this.#differing;
  }

  /** Whose word led to a server of a zone; empty where both sides name the same servers. */
  sidesOf(zone: string, nameServer: string): NamedBy[] {
    const differing = this.differing();
    if (differing === null) return [];
    return zone === differing.zone ? [...(differing.namedBy.get(nameServer) ?? [])] : this.#sidesBelow(zone);
  }

  #sidesBelow(zone: string): NamedBy[] {
    const known = this.#sides.get(zone);
    if (known !== undefined) return known;
    const referrers = this.#referrers.get(zone) ?? [];
    const sides = [...new Set(referrers.flatMap((referrer) => this.sidesOf(referrer.zone, referrer.name)))];
    this.#sides.set(zone, sides);
    return sides;
  }

  #firstDifferingCut(): DifferingZone | null {
    const downwards = [...this.#cuts.values()].sort((one, other) => one.zone.length - other.zone.length);
    for (const cut of downwards) {
      const namedBy = namedByDifferently(cut);
      if (namedBy !== null) return { zone: cut.zone, namedBy, cut };
    }
    return null;
  }
}
