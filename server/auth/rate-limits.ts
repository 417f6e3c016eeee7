import { LetterheadError } from '@letterhead/shared';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ACCOUNT_LIMITS } from '../limits.ts';
import type { RateStore } from '../store/store.ts';
import { addressNetwork } from './address-network.ts';
import { SharedPoints } from './shared-points.ts';

/** How often somebody may come. Each call counts one, and rejects with `rate_limited` where that is too many. */
export interface RateLimits {
  /** One procedure or request of a known token, which counts for its account as well. */
  takeToken(token: number, account: number): Promise<void>;
  /** Requests, or procedures in one, from an address that showed no token of ours. */
  takeAddress(address: string, requests: number): Promise<void>;
  /** One asked-for check of a domain. */
  takeVerification(account: number, domain: number): Promise<void>;
  /** Tells other servers what was taken here since the last call, and counts what was taken there. */
  exchange(rates: RateStore): Promise<void>;
  /** One act whose event is kept for long. `account`: that of whoever acts; null for the command line, which is trusted. */
  takeAuditedAct(account: number | null): Promise<void>;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Limits, counted in this process. `perMinute`: of the requests of one token; 0: nothing is limited. */
export function createRateLimits(perMinute: number): RateLimits {
  if (perMinute === 0) return unlimited;
  const perAccount = perMinute * ACCOUNT_LIMITS.rateFactor;
  const {
    checksPerDomainPerMinute: checksPerDomain,
    checksPerMinute,
    auditedActsPerHour,
    auditedActsPerDay,
  } = ACCOUNT_LIMITS;
  const shared = new SharedPoints();
  const limit = (points: number, seconds: number, rule: string) =>
    createLimiter(shared, points, seconds, rule);
  const ofToken = limit(perMinute, MINUTE, 'requests a minute are allowed for one token');
  const ofAccount = limit(perAccount, MINUTE, 'requests a minute are allowed for all tokens of one account');
  const ofAddress = limit(perMinute, MINUTE, 'requests a minute are allowed for one address without a token');
  const ofDomain = limit(checksPerDomain, MINUTE, 'checks of one domain a minute are allowed');
  const ofDomains = limit(
    checksPerMinute,
    MINUTE,
    'checks a minute are allowed for the domains of one account',
  );
  const acts = 'tokens, share links and accounts can be made or changed by one account';
  const ofHour = limit(auditedActsPerHour, HOUR, `${acts} an hour`);
  const ofDay = limit(auditedActsPerDay, DAY, `${acts} a day`);
  return {
    exchange: (rates) => shared.exchange(rates),
    async takeToken(token, account) {
      await ofToken(token);
      await ofAccount(account);
    },
    takeAddress: (address, requests) => ofAddress(addressNetwork(address), requests),
    async takeVerification(account, domain) {
      await ofDomain(domain);
      await ofDomains(account);
    },
    async takeAuditedAct(account) {
      if (account === null) return;
      await ofHour(account);
      await ofDay(account);
    },
  };
}

const unlimited: RateLimits = {
  async exchange() {},
  async takeToken() {},
  async takeAddress() {},
  async takeVerification() {},
  async takeAuditedAct() {},
};

/** Lets through `points` of a key in `seconds`, and rejects what is more with the rule and when to come again. */
function createLimiter(
  shared: SharedPoints,
  points: number,
  seconds: number,
  rule: string,
): (key: number | string, taken?: number) => Promise<void> {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const noteTaken = shared.add(limiter);
  return async (key, taken = 1) => {
    noteTaken(key, taken);
    try {
      await limiter.consume(key, taken);
    } catch (full) {
      if (!(full instanceof RateLimiterRes)) throw full;
      throw tooMany(`${points} ${rule}`, Math.max(1, Math.ceil(full.msBeforeNext / 1000)));
    }
  };
}

/** `retryAfter` in seconds. */
function tooMany(rule: string, retryAfter: number): LetterheadError {
  const wait = retryAfter > 2 * MINUTE ? `${Math.ceil(retryAfter / MINUTE)} min` : `${retryAfter} s`;
  return new LetterheadError('rate_limited', `Too many requests: ${rule}. Try again in ${wait}.`, {
    retryAfter,
  });
}
