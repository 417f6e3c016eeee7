import { type Answer, AUTHORITATIVE_ANSWER, type Question, RECURSION_AVAILABLE } from 'dns-packet';
import { RCODE, type Sections } from './wire.ts';
import { canonical, deepestZone, type Records, Zone } from './zone.ts';

/** What a recursive server holds in its cache, whatever the zones say by now. */
export type Cached = Records | { negative: 'nxdomain' | 'nodata'; ttl: number; minimum?: number };

/** What a resolver answers from. */
interface Resolving {
  readonly zones: ReadonlyMap<string, Zone>;
  readonly cache: Map<string, Cached>;
  readonly remembersAbsence: boolean;
}

/** What a server that is responsible for these zones answers. */
export function answerFromZones(zones: ReadonlyMap<string, Zone>, question: Question): Sections {
  const answers: Answer[] = [];
  let name = canonical(question.name);
  for (let hops = 0; hops < 8; hops++) {
    const zone = deepestZone(zones, name);
    if (zone === undefined) break;
    const found = zone.answer(name, question.type);
    switch (found.kind) {
      case 'answer':
        return { flags: AUTHORITATIVE_ANSWER, answers: [...answers, ...found.records] };
      case 'alias':
        answers.push(...found.records);
        name = found.target;
        continue;
      case 'referral':
        if (answers.length > 0) return { flags: AUTHORITATIVE_ANSWER, answers };
        return { authorities: found.authorities, additionals: found.glue };
      default:
        return {
          flags: AUTHORITATIVE_ANSWER | (found.kind === 'nxdomain' ? RCODE.nxdomain : 0),
          answers,
          authorities: [found.soa],
        };
    }
  }
  return answers.length > 0 ? { flags: AUTHORITATIVE_ANSWER, answers } : { flags: RCODE.refused };
}

/** What a resolver answers. */
export function resolveIn(world: Resolving, question: Question): Sections {
  const answers: Answer[] = [];
  let name = canonical(question.name);
  for (let hops = 0; hops < 12; hops++) {
    const found = lookUp(world, name, question.type);
    switch (found.kind) {
      case 'answer':
        return { flags: RECURSION_AVAILABLE, answers: [...answers, ...found.records] };
      case 'alias':
        answers.push(...found.records);
        name = found.target;
        continue;
      case 'referral':
        return { flags: RECURSION_AVAILABLE | RCODE.servfail };
      default:
        return {
          flags: RECURSION_AVAILABLE | (found.kind === 'nxdomain' ? RCODE.nxdomain : 0),
          answers,
          authorities: [found.soa],
        };
    }
  }
  return { flags: RECURSION_AVAILABLE | RCODE.servfail, answers };
}

function lookUp({ zones, cache, remembersAbsence }: Resolving, name: string, type: string) {
  const cached = cache.get(name);
  if (cached !== undefined) return fromCache(name, type, cached);
  const zone = deepestZone(zones, name) ?? new Zone('');
  const found = zone.answer(name, type);
  if (remembersAbsence && (found.kind === 'nxdomain' || found.kind === 'nodata')) {
    cache.set(name, { negative: found.kind, ...zone.soa });
  }
  return found;
}

function fromCache(name: string, type: string, cached: Cached) {
  if (!('negative' in cached)) return new Zone(name, { '@': cached }).answer(name, type);
  const zone = new Zone('');
  zone.soa = { ttl: cached.ttl, minimum: cached.minimum ?? cached.ttl };
  return { kind: cached.negative, soa: zone.soaRecord() } as const;
}
