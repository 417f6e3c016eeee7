import { DNS_LIMITS } from '../limits.ts';
import { type Referral, readAuthority } from './answer.ts';
import { type Allowance, CheckBudget } from './check-budget.ts';
import { type FoundDelegation, findDelegation, namedByDifferently, serversOf } from './delegation.ts';
import { findDnssecFailure, isUnsigned, usableDs, withoutFalseAlarm } from './dnssec.ts';
import { type LookupObserver, labelOf } from './lookup.ts';
import type { Question } from './message.ts';
import { canonicalName, isWithin } from './name.ts';
import type {
  CheckOptions,
  Delegation,
  DnsCheck,
  DnssecFailure,
  Observation,
  Outcome,
  RecordType,
  Survey,
  Unknown,
} from './outcome.ts';
import { unknown } from './reply.ts';
import type { Resolver } from './resolver.ts';
import type { Asker, AskOptions, Exchange } from './transport/exchange.ts';
import { isDefinitive, type WalkDeps, walkZones } from './zone-walk.ts';

export interface CheckDeps {
  readonly exchange: Exchange;
  readonly resolver: Resolver;
  /** Whether an authority at this address may be queried. */
  readonly mayQuery: (address: string) => boolean;
  readonly authorityPort: number;
  /** Total time for one authority, in milliseconds. */
  readonly authorityTimeout: number;
  readonly onLookup: LookupObserver;
}

/** Answer, and the allowance that its question was charged to. */
interface Remembered<Answer> {
  readonly paidFrom: Allowance;
  readonly answer: Promise<Answer>;
}

/** Questions of a check so far, from either allowance. */
class CheckMemory {
  readonly surveys = new Map<string, Remembered<Survey>>();
  /** Answers of one server of the registrable domain. */
  readonly partialSurveys = new Map<string, Remembered<Survey>>();
  readonly resolved = new Map<string, Remembered<Outcome>>();
  /** NS records that zones below the registrable domain have themselves. */
  readonly ownServers = new Map<string, Remembered<Outcome>>();
  /** Addresses that timed out; they are not queried again. */
  readonly silent = new Set<string>();
  delegation: Promise<FoundDelegation> | undefined;
  /** The resolved value of `delegation`; undefined until then. */
  found: FoundDelegation | undefined;
  dnssecFailure: Promise<DnssecFailure | null> | undefined;
  hasDs: Promise<boolean> | undefined;
}

/** DNS side of one check. Remembers its answers, so that each question is sent once. */
export class DomainCheck implements DnsCheck, WalkDeps {
  readonly #deps: CheckDeps;
  readonly #registrableDomain: string;
  readonly #budget: CheckBudget;
  readonly #asker: Asker;
  readonly #memory: CheckMemory;

  private constructor(
    deps: CheckDeps,
    registrableDomain: string,
    budget: CheckBudget,
    asker: Asker,
    memory: CheckMemory,
  ) {
    this.#deps = deps;
    this.#registrableDomain = registrableDomain;
    this.#budget = budget;
    this.#asker = asker;
    this.#memory = memory;
  }

  static open(
    deps: CheckDeps,
    registrableDomain: string,
    { signal, owner, budget = new CheckBudget(), reusesAnswers = false }: CheckOptions,
  ): DomainCheck {
    const domain = canonicalName(registrableDomain);
    const asker = { signal, owner, allowance: budget.records, anewWithin: reusesAnswers ? domain : '.' };
    return new DomainCheck(deps, domain, budget, asker, new CheckMemory());
  }

  forAdvice(): DomainCheck {
    const asker = { ...this.#asker, allowance: this.#budget.advice };
    return new DomainCheck(this.#deps, this.#registrableDomain, this.#budget, asker, this.#memory);
  }

  async delegation(): Promise<Delegation> {
    return (await this.#findDelegation()).delegation;
  }

  dnssecFailure(): Promise<DnssecFailure | null> {
    this.#memory.dnssecFailure ??= this.#findDelegation().then((found) =>
      findDnssecFailure(found, (zone, onlyServer) => this.#keysOf(zone, onlyServer)),
    );
    return this.#memory.dnssecFailure;
  }

  askAuthorities(name: string, type: RecordType): Promise<Survey> {
    const question = { name: canonicalName(name), type };
    return this.#remember(this.#memory.surveys, question, () => this.#survey(question), isCutShort);
  }

  async askOneAuthority(name: string, type: RecordType): Promise<Survey> {
    const question = { name: canonicalName(name), type };
    const ask = () => this.#surveyFirst(question);
    const survey = await this.#remember(this.#memory.partialSurveys, question, ask, isCutShort);
    return survey.observations.some(isDefinitive) ? survey : this.askAuthorities(name, type);
  }

  askResolver(name: string, type: RecordType): Promise<Outcome> {
    const question = { name: canonicalName(name), type };
    return this.#remember(this.#memory.resolved, question, () => this.#resolve(question), isNotAsked);
  }

  mayQuery(address: string): boolean {
    return this.#deps.mayQuery(address);
  }

  async askAuthority(
    address: string,
    question: Question,
    zone: string,
    options: Partial<AskOptions> = {},
  ): Promise<{ outcome: Outcome | Referral; ms: number }> {
    const { silent } = this.#memory;
    if (silent.has(address)) return { outcome: unknown('timeout'), ms: 0 };
    const asked = await this.#askServer(address, question, zone, options);
    const { outcome } = asked;
    if (outcome.kind === 'unknown' && outcome.reason === 'timeout') silent.add(address);
    return asked;
  }

  async nameServersOf(zone: string, address: string): Promise<readonly string[]> {
    const question = { name: zone, type: 'NS' } as const;
    const ask = () => this.#askForNameServers(address, question);
    const outcome = await this.#remember(this.#memory.ownServers, question, ask, isNotAsked);
    return outcome.kind === 'present' ? outcome.values : [];
  }

  async addressesOf(nameServer: string, type: 'A' | 'AAAA'): Promise<readonly string[] | Unknown> {
    const outcome = await this.askResolver(nameServer, type);
    if (outcome.kind === 'unknown') return outcome;
    return outcome.kind === 'present' && outcome.values.length > 0 ? outcome.values : unknown('unreachable');
  }

  #findDelegation(): Promise<FoundDelegation> {
    this.#memory.delegation ??= this.#findDelegationNow();
    return this.#memory.delegation;
  }

  async #findDelegationNow(): Promise<FoundDelegation> {
    const found = await findDelegation(this.#registrableDomain, {
      resolver: this.#deps.resolver,
      asker: this.#asker,
      mayQuery: this.#deps.mayQuery,
      addressesOf: (nameServer, type) => this.addressesOf(nameServer, type),
      askForReferral: (address, question, zone) => this.#askForReferral(address, question, zone),
    });
    this.#memory.found = await this.#withoutUnprovenFailure(withoutFalseAlarm(found));
    return this.#memory.found;
  }

  async #withoutUnprovenFailure(found: FoundDelegation): Promise<FoundDelegation> {
    const { delegation } = found;
    const isUnproven =
      delegation.kind === 'unknown' && delegation.reason === 'bogus' && !(await this.#isSigned());
    return isUnproven ? { ...found, delegation: unknown('servfail') } : found;
  }

  /**
   * Asks a server that has just answered. It is not waited for as long as that, and not called silent: load balancers
   * answer questions about their addresses only.
   */
  async #askForNameServers(address: string, question: Question): Promise<Outcome> {
    const timeout = this.#deps.authorityTimeout / 3;
    const options = { timeout, resendAfter: timeout / 2 };
    const { outcome } = await this.#askServer(address, question, question.name, options);
    return outcome.kind === 'referral' ? unknown('lame') : outcome;
  }

  async #askServer(
    address: string,
    question: Question,
    zone: string,
    options: Partial<AskOptions>,
  ): Promise<{ outcome: Outcome | Referral; ms: number }> {
    const { exchange, authorityPort, authorityTimeout: timeout, onLookup } = this.#deps;
    const asked = { recursive: false, timeout, resendAfter: timeout / 3, ...options };
    const server = { address, port: authorityPort };
    const { reply, ms } = await exchange.ask(server, question, asked, this.#asker);
    const outcome = reply.kind === 'reply' ? readAuthority(reply.message, question, zone) : reply;
    onLookup({ whom: 'authority', type: question.type, outcome: labelOf(outcome), ms });
    return { outcome, ms };
  }

  /** Asks one of several servers, which share the time limit of one authority. */
  async #askForReferral(address: string, question: Question, zone: string): Promise<Outcome | Referral> {
    const timeout = this.#deps.authorityTimeout / DNS_LIMITS.parentServers;
    const options = { timeout, resendAfter: timeout / 2, dnssec: true };
    return (await this.askAuthority(address, question, zone, options)).outcome;
  }

  async #surveyFirst(question: Question): Promise<Survey> {
    const { delegation } = await this.#findDelegation();
    const [first] = delegation.kind === 'found' ? serversOf(delegation).sort() : [];
    return this.#survey(question, first);
  }

  async #survey(question: Question, onlyServer?: string): Promise<Survey> {
    const { delegation, addresses, glue } = await this.#findDelegation();
    if (delegation.kind !== 'found' || !isWithin(question.name, delegation.zone)) {
      return { zone: null, observations: [] };
    }
    const nameServers = onlyServer === undefined ? serversOf(delegation) : [onlyServer];
    const namedBy = namedByDifferently(delegation);
    return walkZones(question, { zone: delegation.zone, nameServers, addresses, glue, namedBy }, this);
  }

  /** DNSKEY records of a zone, of all its servers or of one; null if none answers definitively. */
  async #keysOf(zone: string, onlyServer?: string): Promise<string[] | null> {
    const { observations } = await this.#survey({ name: zone, type: 'DNSKEY' }, onlyServer);
    if (!observations.some(isDefinitive)) return null;
    return observations.flatMap(({ outcome }) => (outcome.kind === 'present' ? outcome.values : []));
  }

  /**
   * In an unsigned zone, that the resolver answers with the checking disabled is no sign of DNSSEC: a resolver that
   * fails now and then does so as well. What is at the end of an alias may be signed all the same; it has to fail again.
   */
  async #resolve(question: Question): Promise<Outcome> {
    const { resolver } = this.#deps;
    const { outcome, unchecked } = await resolver.ask(question, this.#asker);
    if (outcome.kind !== 'unknown' || outcome.reason !== 'bogus') return outcome;
    const isAlias = unchecked?.kind === 'present' && unchecked.cname !== null;
    if (isAlias) return (await resolver.ask(question, this.#asker)).outcome;
    const isOwn = isWithin(question.name, this.#registrableDomain);
    return isOwn && !(await this.#isSigned()) ? unknown('servfail') : outcome;
  }

  /** Whether the zone above has DS records: by its own word or, where that is not known, by the resolver's. */
  async #isSigned(): Promise<boolean> {
    const { found } = this.#memory;
    const isTold = found?.delegation.kind === 'found' && found.delegation.parentServers !== undefined;
    if (isTold) return !isUnsigned(found);
    this.#memory.hasDs ??= this.#askForDs();
    return this.#memory.hasDs;
  }

  async #askForDs(): Promise<boolean> {
    const { delegation } = this.#memory.found ?? {};
    const name = delegation?.kind === 'found' ? delegation.zone : this.#registrableDomain;
    const outcome = await this.#deps.resolver.askWithoutChecking({ name, type: 'DS' }, this.#asker);
    return outcome.kind === 'present' && usableDs(outcome.values).length > 0;
  }

  /** Asks again only if the other allowance ran out before the answer was complete. */
  async #remember<Answer>(
    answers: Map<string, Remembered<Answer>>,
    { name, type }: Question,
    ask: () => Promise<Answer>,
    isIncomplete: (answer: Answer) => boolean,
  ): Promise<Answer> {
    const key = `${type} ${name}`;
    const { allowance } = this.#asker;
    const known = answers.get(key);
    if (known?.paidFrom === allowance) return known.answer;
    if (known !== undefined) {
      const answer = await known.answer;
      if (!isIncomplete(answer)) return answer;
    }
    const asked = { paidFrom: allowance, answer: ask() };
    answers.set(key, asked);
    return asked.answer;
  }
}

function isNotAsked(outcome: Observation['outcome']): boolean {
  return outcome.kind === 'unknown' && outcome.reason === 'budget';
}

function isCutShort({ observations }: Survey): boolean {
  return observations.some(({ outcome }) => isNotAsked(outcome));
}
