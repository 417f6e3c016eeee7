import { type Referral, readAuthority } from './answer.ts';
import { type FoundDelegation, findDelegation } from './delegation.ts';
import type { Exchange } from './exchange.ts';
import { type LookupObserver, labelOf } from './lookup.ts';
import type { Question } from './message.ts';
import { canonicalName, isWithin } from './name.ts';
import type { Delegation, DnsCheck, Outcome, RecordType, Survey, Unknown } from './outcome.ts';
import { unknown } from './reply.ts';
import type { Resolver } from './resolver.ts';
import { type WalkNeeds, walkZones } from './zone-walk.ts';

export interface CheckNeeds {
  readonly exchange: Exchange;
  readonly resolver: Resolver;
  /** Whether an authority may be asked at this address. */
  readonly isAskable: (address: string) => boolean;
  readonly authorityPort: number;
  /** How long an authority may take in all, in milliseconds. */
  readonly authorityTimeout: number;
  readonly onLookup: LookupObserver;
}

/** One check's questions; each is asked once, however often it comes up. */
export class DomainCheck implements DnsCheck, WalkNeeds {
  readonly #needs: CheckNeeds;
  readonly #registrableDomain: string;
  readonly #signal: AbortSignal;
  readonly #surveys = new Map<string, Promise<Survey>>();
  readonly #resolved = new Map<string, Promise<Outcome>>();
  /** Who said nothing once is not waited for again. */
  readonly #silent = new Set<string>();
  #delegation: Promise<FoundDelegation> | undefined;

  constructor(needs: CheckNeeds, registrableDomain: string, signal: AbortSignal) {
    this.#needs = needs;
    this.#registrableDomain = canonicalName(registrableDomain);
    this.#signal = signal;
  }

  async delegation(): Promise<Delegation> {
    return (await this.#findDelegation()).delegation;
  }

  askAuthorities(name: string, type: RecordType): Promise<Survey> {
    const question = { name: canonicalName(name), type };
    return remember(this.#surveys, question, () => this.#survey(question));
  }

  askResolver(name: string, type: RecordType): Promise<Outcome> {
    const question = { name: canonicalName(name), type };
    return remember(this.#resolved, question, () => this.#resolve(question));
  }

  isAskable(address: string): boolean {
    return this.#needs.isAskable(address);
  }

  async askAuthority(
    address: string,
    question: Question,
    zone: string,
  ): Promise<{ outcome: Outcome | Referral; ms: number }> {
    if (this.#silent.has(address)) return { outcome: unknown('timeout'), ms: 0 };
    const { exchange, authorityPort, authorityTimeout, onLookup } = this.#needs;
    const { reply, ms } = await exchange.ask({ address, port: authorityPort }, question, {
      recursive: false,
      timeout: authorityTimeout,
      resendAfter: authorityTimeout / 3,
      signal: this.#signal,
    });
    const outcome = reply.kind === 'reply' ? readAuthority(reply.message, question, zone) : reply;
    if (outcome.kind === 'unknown' && outcome.reason === 'timeout') this.#silent.add(address);
    onLookup({ whom: 'authority', type: question.type, outcome: labelOf(outcome), ms });
    return { outcome, ms };
  }

  async addressesOf(nameServer: string, type: 'A' | 'AAAA'): Promise<readonly string[] | Unknown> {
    const outcome = await this.askResolver(nameServer, type);
    if (outcome.kind === 'unknown') return outcome;
    return outcome.kind === 'present' && outcome.values.length > 0 ? outcome.values : unknown('unreachable');
  }

  #findDelegation(): Promise<FoundDelegation> {
    this.#delegation ??= findDelegation(this.#registrableDomain, this.#needs.resolver, this.#signal);
    return this.#delegation;
  }

  async #survey(question: Question): Promise<Survey> {
    const { delegation, addresses } = await this.#findDelegation();
    if (delegation.kind !== 'found' || !isWithin(question.name, delegation.zone)) {
      return { zone: null, observations: [] };
    }
    const { zone, nameServers } = delegation;
    return walkZones(question, { zone, nameServers, addresses }, this);
  }

  async #resolve(question: Question): Promise<Outcome> {
    return (await this.#needs.resolver.ask(question, this.#signal)).outcome;
  }
}

function remember<Answer>(
  answers: Map<string, Promise<Answer>>,
  { name, type }: Question,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const key = `${type} ${name}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const asked = ask();
  answers.set(key, asked);
  return asked;
}
