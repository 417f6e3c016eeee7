import { DomainCheck } from './dns-check.ts';
import type { LookupObserver } from './lookup.ts';
import type { Dns } from './outcome.ts';
import { isPublicUnicast } from './public-address.ts';
import { Resolver } from './resolver.ts';
import { Exchange } from './transport/exchange.ts';
import type { ServerAddress } from './transport/server-address.ts';

export interface DnsOptions {
  /** In order of preference; see `systemResolvers`. */
  readonly resolvers: readonly ServerAddress[];
  /** Whether authorities at non-public addresses may be queried. */
  readonly allowPrivate: boolean;
  /** 53, except in tests. */
  readonly authorityPort: number;
  /** Cryptographically strong bytes. */
  readonly random: (size: number) => Uint8Array;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly onLookup?: LookupObserver;
  readonly timeouts?: Timeouts;
}

/** In milliseconds. */
export interface Timeouts {
  /** For an authority, including resends. */
  readonly authority: number;
  /** For each resolver in the first round, in the second and so on. */
  readonly resolver: readonly number[];
}

/**
 * Chosen to fit the ten seconds of a check: a silent authority costs its timeout once, and a resolver often answers
 * about a domain with silent servers on the second try only.
 */
const TIMEOUTS: Timeouts = { authority: 3000, resolver: [1500, 3000] };

/** Opens a socket for each question and closes it with the answer, so the result needs no disposal. */
export function createDns(options: DnsOptions): Dns {
  const { resolvers, allowPrivate, authorityPort, onLookup = () => {}, timeouts = TIMEOUTS } = options;
  const exchange = new Exchange(options);
  const { now } = options;
  const resolver = new Resolver({ exchange, servers: resolvers, tries: timeouts.resolver, onLookup, now });
  const deps = {
    exchange,
    resolver,
    mayQuery: allowPrivate ? () => true : isPublicUnicast,
    authorityPort,
    authorityTimeout: timeouts.authority,
    onLookup,
  };
  return {
    open: (registrableDomain, options) => DomainCheck.open(deps, registrableDomain, options),
  };
}
