import { randomBytes } from 'node:crypto';
import { CheckBudget } from '../../server/dns/check-budget.ts';
import { createDns, type DnsOptions } from '../../server/dns/dns.ts';
import type { CheckOptions, Dns, DnsCheck, Observation } from '../../server/dns/outcome.ts';
import { CHECK_LIMITS } from '../../server/limits.ts';
import type { LoopbackDns } from './loopback-dns.ts';

/** For tests in which a server stays silent: nobody waits for the seconds that the world needs. */
export const IMPATIENT = { timeouts: { authority: 1000, resolver: [1000] } };

/** Letterhead's DNS against servers on loopback. */
export function createLoopbackDns(net: LoopbackDns, options: Partial<DnsOptions> = {}): Dns {
  return createDns({
    resolvers: [net.resolver],
    allowPrivate: true,
    authorityPort: net.port,
    random: randomBytes,
    now: () => performance.now(),
    ...options,
  });
}

/** For whom the checks of these tests ask, for as long as they like. */
export const UNENDING: CheckOptions = { signal: new AbortController().signal, owner: 1 };

/** A budget for tests that ask more than a check does. */
export function plentyOfBudget(): CheckBudget {
  const plenty = { datagrams: 1e6, resolverQuestions: 1e6, octets: 1e9 };
  return new CheckBudget({ ...CHECK_LIMITS, ...plenty });
}

/** One check of `example.org` that nothing ends. */
export function openCheck(
  net: LoopbackDns,
  options: Partial<DnsOptions> = {},
  check: Partial<CheckOptions> = {},
): DnsCheck {
  return createLoopbackDns(net, options).open('example.org', { ...UNENDING, ...check });
}

/** What each server said, by its name, in short: `present k=rsa;p=…`, `absent nxdomain`, `unknown timeout`. */
export function inShort(observations: readonly Observation[]): Record<string, string> {
  return Object.fromEntries(
    observations.map(({ name, outcome }) => {
      switch (outcome.kind) {
        case 'present':
          return [
            name,
            `present ${outcome.cname === null ? outcome.values.join(' | ') : `-> ${outcome.cname}`}`,
          ];
        case 'not-asked':
          return [name, outcome.kind];
        default:
          return [name, `${outcome.kind} ${outcome.reason}`];
      }
    }),
  );
}
