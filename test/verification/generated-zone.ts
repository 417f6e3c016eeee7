import { randomBytes } from 'node:crypto';
import type { AdviceEvidence } from '../../server/verification/evidence.ts';
import { openAuthorityCheck } from '../../server/verification/survey/authority.ts';
import { surveyAdvice } from '../../server/verification/survey/survey-advice.ts';
import { plentyOfBudget } from '../dns/loopback-check.ts';
import { Zone, type ZoneNames } from '../dns/zone.ts';
import { CheckFixture } from './check-fixture.ts';
import { sendingDomain } from './sending-domain.ts';

/** The zone of a top-level domain that tests generate, served by name servers and to a peer's resolver function. */
export class GeneratedZones implements AsyncDisposable {
  readonly #scene: CheckFixture;

  private constructor(scene: CheckFixture) {
    this.#scene = scene;
  }

  static async open(): Promise<GeneratedZones> {
    return new GeneratedZones(await CheckFixture.set({ zones: { test: {} } }));
  }

  /** What the survey for advice sees of a domain of two labels or more while `test` holds these names. */
  async survey(domain: string, names: ZoneNames, failing: readonly string[] = []): Promise<AdviceEvidence> {
    const { servers, dns } = this.#scene;
    const own = { '@': { NS: ['ns1.test'] }, ns1: { A: ['127.0.0.2'] } };
    for (const server of [servers.resolver, ...servers.authorities]) {
      server.serve('test', { ...names, ...own });
      server.faults.clear();
      for (const name of failing) server.faults.set(name, 'servfail');
    }
    const registrable = domain.split('.').slice(-2).join('.');
    const subdomain = domain === registrable ? null : domain.slice(0, -registrable.length - 1);
    const row = sendingDomain({ domain, subdomain });
    const options = {
      signal: new AbortController().signal,
      owner: 1,
      budget: plentyOfBudget(),
      reusesAnswers: false,
    };
    const responsible = await openAuthorityCheck(dns, registrable, options);
    const deps = { dns, clock: () => this.#scene.now, random: randomBytes };
    return surveyAdvice({ ...deps, ...responsible, row, options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scene[Symbol.asyncDispose]();
  }
}

/** Answers in the shape of `dns.promises.resolve`, from the same names. */
export function resolverOf(names: ZoneNames, failing: readonly string[] = []) {
  const zone = new Zone('test', names);
  return async (name: string, type: string): Promise<string[]> => {
    const asked = name.toLowerCase();
    if (failing.includes(asked)) throw dnsError('ESERVFAIL');
    if (type === 'PTR') return ['client.test'];
    const answer = zone.answer(asked, type);
    if (answer.kind !== 'answer') throw dnsError(answer.kind === 'nxdomain' ? 'ENOTFOUND' : 'ENODATA');
    // mailauth's type of a resolver leaves out the lists of objects and of lists that it takes as well.
    return answer.records.map(toNode) as string[];
  };
}

function toNode(record: ReturnType<Zone['soaRecord']>): unknown {
  switch (record.type) {
    case 'TXT':
      return [record.data].flat().map(String);
    case 'MX':
      return { priority: record.data.preference, exchange: record.data.exchange };
    default:
      return 'data' in record ? record.data : null;
  }
}

function dnsError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
