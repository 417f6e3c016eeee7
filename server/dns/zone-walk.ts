import { isIPv6 } from 'node:net';
import { DNS_LIMITS } from '../limits.ts';
import type { Referral } from './answer.ts';
import type { KnownAddresses } from './delegation.ts';
import type { Question } from './message.ts';
import { isWithin } from './name.ts';
import type { NamedBy, Observation, Outcome, Survey, Unknown } from './outcome.ts';
import { unknown } from './reply.ts';
import { ZoneCuts } from './zone-cuts.ts';

/** Functions of the check that the walk belongs to. */
export interface WalkDeps {
  /** Whether a server at this address may be queried. */
  mayQuery(address: string): boolean;
  /** Asks a server of `zone`. */
  askAuthority(
    address: string,
    question: Question,
    zone: string,
  ): Promise<{ outcome: Outcome | Referral; ms: number }>;
  /** Asks a server of `zone` whom the zone itself names; empty where it does not tell. */
  nameServersOf(zone: string, address: string): Promise<readonly string[]>;
  /** Asks the resolver for the addresses of a name server that came without glue. */
  addressesOf(nameServer: string, type: 'A' | 'AAAA'): Promise<readonly string[] | Unknown>;
}

/** A zone and who serves it. */
export interface ServedZone {
  readonly zone: string;
  readonly nameServers: readonly string[];
  readonly addresses: KnownAddresses;
  /** Addresses of the same servers by the word of the zone above. */
  readonly glue?: KnownAddresses;
  /** Who names each server; null if all are named by the zone and the zone above it. */
  readonly namedBy?: ReadonlyMap<string, readonly NamedBy[]> | null;
}

/** Question that a server of a zone has answered; `ms` is how long it took. */
interface Visit {
  readonly zone: string;
  readonly name: string;
  readonly address: string;
  readonly depth: number;
  readonly ms: number;
}

const { referrals: MAX_DEPTH, serversAZone: MAX_SERVERS } = DNS_LIMITS;
/** Of one zone: the zone and the zone above it may each have names of their own for the same servers. */
const MAX_PLACES = 2 * MAX_SERVERS;

/**
 * Asks all authorities of a name, from the zone `start` down through every referral. Follows each referral as soon as
 * it arrives, so that a slow or silent server does not delay the others. The servers of a zone below are those that the
 * zone above names and those that it names itself.
 */
export async function walkZones(question: Question, start: ServedZone, deps: WalkDeps): Promise<Survey> {
  const walk = new ZoneWalk(question, start, deps);
  await walk.visitZone(start, 0);
  return walk.survey();
}

class ZoneWalk {
  readonly #question: Question;
  readonly #deps: WalkDeps;
  readonly #visits = new Map<string, ZoneVisits>();
  readonly #cuts: ZoneCuts;
  readonly #observed: { zone: string; observation: Observation }[] = [];

  constructor(question: Question, start: ServedZone, deps: WalkDeps) {
    this.#question = question;
    this.#cuts = new ZoneCuts(start.zone, start.namedBy ?? null);
    this.#deps = deps;
  }

  async visitZone(served: ServedZone, depth: number): Promise<void> {
    this.#visitsTo(served.zone);
    const names = served.nameServers.slice(0, MAX_SERVERS);
    await Promise.all(names.map((name) => this.#visitNameServer(name, served, depth)));
  }

  /**
   * Observations of the lowest zone's servers, of servers above it that gave a definitive answer, and of all that are
   * named by one side alone: their silence matters.
   */
  survey(): Survey {
    const differing = this.#cuts.differing();
    const zone = [...this.#visits.keys()].reduce((low, other) => (isWithin(other, low) ? other : low));
    const observations = this.#observed
      .filter(
        ({ zone: at, observation }) =>
          at === zone ||
          isDefinitive(observation) ||
          (at === differing?.zone && differing.namedBy.get(observation.name)?.length === 1),
      )
      .map(({ zone: at, observation }) => this.#withSides(at, observation));
    const cut = differing?.cut;
    return { zone, observations: observations.sort(byNameAndAddress), ...(cut === undefined ? {} : { cut }) };
  }

  async #visitNameServer(name: string, served: ServedZone, depth: number): Promise<void> {
    const visits = this.#visitsTo(served.zone);
    const alongside = served.addresses.get(name);
    if (alongside === undefined && !visits.takeName(name)) return;
    const glue = served.glue?.get(name) ?? [];
    const found = alongside ?? (await this.#addressesOf(name));
    if ('kind' in found && glue.length === 0) {
      if (visits.takeServer(name, name)) this.#observe(served.zone, name, '', found, 0);
      return;
    }
    const addresses = 'kind' in found ? glue : [...new Set([...found, ...glue])];
    const reached = await this.#visitAddresses(name, addresses, served, depth);
    // A host without IPv4 cannot reach IPv4 addresses; the server may have others.
    if (reached || addresses.some((address) => isIPv6(address)) || visits.isFull) return;
    if (alongside !== undefined && !visits.takeName(name)) return;
    const others = await this.#deps.addressesOf(name, 'AAAA');
    if (!('kind' in others)) await this.#visitAddresses(name, others, served, depth);
  }

  async #addressesOf(name: string): Promise<readonly string[] | Unknown> {
    // Never asks the resolver for the record's own name, which would make it cache a negative answer.
    if (name === this.#question.name) return unknown('unreachable');
    const found = await this.#deps.addressesOf(name, 'A');
    return 'kind' in found ? this.#deps.addressesOf(name, 'AAAA') : found;
  }

  /** Whether any of the addresses could be reached; false if there was none. */
  async #visitAddresses(
    name: string,
    addresses: readonly string[],
    served: ServedZone,
    depth: number,
  ): Promise<boolean> {
    const share = Math.max(1, Math.floor(MAX_SERVERS / served.nameServers.length));
    const chosen = addresses
      .slice(0, share)
      .filter((address) => this.#visitsTo(served.zone).takeServer(name, address));
    const reached = await Promise.all(
      chosen.map((address) => this.#visitServer(name, address, served.zone, depth)),
    );
    return reached.includes(true);
  }

  async #visitServer(name: string, address: string, zone: string, depth: number): Promise<boolean> {
    if (!this.#deps.mayQuery(address)) {
      this.#observe(zone, name, address, { kind: 'not-asked', why: 'address-not-public' }, 0);
      return true;
    }
    const { outcome, ms } = await this.#visitsTo(zone).askOnce(address, () =>
      this.#deps.askAuthority(address, this.#question, zone),
    );
    const others = outcome.kind === 'unknown' ? null : this.#visitOwnServers(zone, address, depth);
    if (outcome.kind === 'referral') await this.#follow(outcome, { zone, name, address, depth, ms });
    else this.#observe(zone, name, address, outcome, ms);
    await others;
    return outcome.kind !== 'unknown' || outcome.reason !== 'unreachable';
  }

  async #follow(referral: Referral, { zone, name, address, depth, ms }: Visit): Promise<void> {
    this.#cuts.addReferral(referral, { zone, name });
    const { zone: child, nameServers, glue } = referral;
    if (depth === MAX_DEPTH) this.#observe(zone, name, address, unknown('lame'), ms);
    else await this.visitZone({ zone: child, nameServers, addresses: glue }, depth + 1);
  }

  /** Asks the first server that answers for a zone whom the zone itself names, and visits those. */
  async #visitOwnServers(zone: string, address: string, depth: number): Promise<void> {
    if (!this.#cuts.takeQuestion(zone)) return;
    const named = await this.#deps.nameServersOf(zone, address);
    const nameServers = this.#cuts.addNameServers(zone, named);
    const areAllNew = nameServers.length === named.length;
    if (areAllNew && this.#visitsTo(zone).isFull) this.#observeUnasked(zone, nameServers);
    else await this.visitZone({ zone, nameServers, addresses: new Map() }, depth);
  }

  /** That one side is not heard must show: what the other side says is not enough for an absence. */
  #observeUnasked(zone: string, nameServers: readonly string[]): void {
    for (const name of nameServers.slice(0, MAX_SERVERS)) this.#observe(zone, name, '', unknown('budget'), 0);
  }

  #withSides(zone: string, observation: Observation): Observation {
    const namedBy: NamedBy[] = this.#cuts.sidesOf(zone, observation.name);
    return namedBy.length === 0 ? observation : { ...observation, namedBy };
  }

  #visitsTo(zone: string): ZoneVisits {
    const visits = this.#visits.get(zone) ?? new ZoneVisits();
    this.#visits.set(zone, visits);
    return visits;
  }

  #observe(zone: string, name: string, address: string, outcome: Observation['outcome'], ms: number): void {
    this.#observed.push({ zone, observation: { name, address, outcome, ms } });
  }
}

type Asked = Awaited<ReturnType<WalkDeps['askAuthority']>>;

/** Servers of one zone that have been queried, across all referrals to it. */
class ZoneVisits {
  /** Name servers whose addresses were asked for; counted before the address, and so the server, is known. */
  readonly #names = new Set<string>();
  /** Addresses, and names without one. */
  readonly #servers = new Set<string>();
  /** Names with each of their addresses. */
  readonly #places = new Set<string>();
  readonly #asked = new Map<string, Promise<Asked>>();

  get isFull(): boolean {
    return this.#servers.size >= MAX_SERVERS;
  }

  takeName(name: string): boolean {
    return !this.isFull && take(this.#names, name, MAX_SERVERS);
  }

  /** Takes a server by one of its names: what it answers counts for each of them. */
  takeServer(name: string, server: string): boolean {
    if (!this.#servers.has(server) && this.isFull) return false;
    if (!take(this.#places, `${name} ${server}`, MAX_PLACES)) return false;
    this.#servers.add(server);
    return true;
  }

  /** Asks a server that has several names only once. */
  askOnce(address: string, ask: () => Promise<Asked>): Promise<Asked> {
    const asked = this.#asked.get(address) ?? ask();
    this.#asked.set(address, asked);
    return asked;
  }
}

/** False if it was taken before, or if there are `most` already. */
function take(taken: Set<string>, one: string, most: number): boolean {
  if (taken.has(one) || taken.size >= most) return false;
  taken.add(one);
  return true;
}

export function isDefinitive({ outcome }: Observation): boolean {
  return outcome.kind === 'present' || outcome.kind === 'absent';
}

function byNameAndAddress(a: Observation, b: Observation): number {
  return `${a.name} ${a.address}` < `${b.name} ${b.address}` ? -1 : 1;
}
