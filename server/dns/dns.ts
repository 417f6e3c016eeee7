import { DomainCheck } from './dns-check.ts';
import { Exchange } from './exchange.ts';
import type { LookupObserver } from './lookup.ts';
import type { Dns } from './outcome.ts';
import { isPublicUnicast } from './public-address.ts';
import { Resolver } from './resolver.ts';
import type { ServerAddress } from './server-address.ts';

export interface DnsOptions {
  /** In the order of preference; see `systemResolvers`. */
  readonly resolvers: readonly ServerAddress[];
  /** May ask authorities at addresses that are not public. */
  readonly allowPrivate: boolean;
  /** 53, except in tests. */
  readonly authorityPort: number;
  /** Cryptographically strong bytes. */
  readonly random: (size: number) => Uint8Array;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Told of every question once it has ended. */
  readonly onLookup?: LookupObserver;
  readonly timeouts?: Timeouts;
}

/** In milliseconds. */
export interface Timeouts {
  /** For an authority, resending included. */
  readonly authority: number;
  /** For each resolver in the first round, in the second and so on. */
  readonly resolver: readonly number[];
}

/**
 * Leaves room within the ten seconds of a check: a silent authority costs its time once, and a question to the
 * resolver about a domain with silent servers is often answered on the second try.
 */
const TIMEOUTS: Timeouts = { authority: 3000, resolver: [1500, 3000] };

/** DNS over sockets of our own, which open with a question and close with its answer: there is nothing to close. */
export function createDns(options: DnsOptions): Dns {
  const { resolvers, allowPrivate, authorityPort, onLookup = () => {}, timeouts = TIMEOUTS } = options;
  const exchange = new Exchange(options);
  const resolver = new Resolver({ exchange, servers: resolvers, tries: timeouts.resolver, onLookup });
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
