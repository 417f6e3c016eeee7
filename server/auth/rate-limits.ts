import { LetterheadError } from '@letterhead/shared';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressNetwork } from './address-network.ts';

/** How often somebody may come. Each call counts one, and rejects with `rate_limited` where that is too many. */
export interface RateLimits {
  /** One procedure or request of a known token. */
  takeToken(token: number): Promise<void>;
  /** Requests, or procedures in one, from an address that showed no token of ours. */
  takeAddress(address: string, requests: number): Promise<void>;
  /** One asked-for check of a domain. */
  takeVerification(account: number, domain: number): Promise<void>;
}

const SECONDS = 60;
const VERIFICATIONS_PER_DOMAIN = 10;
const VERIFICATIONS_PER_ACCOUNT = 60;

/** Limits a minute, counted in this process. `perMinute` 0: nothing is limited. */
export function createRateLimits(perMinute: number): RateLimits {
  if (perMinute === 0) return unlimited;
  const tokens = new RateLimiterMemory({ points: perMinute, duration: SECONDS });
  const addresses = new RateLimiterMemory({ points: perMinute, duration: SECONDS });
  const domains = new RateLimiterMemory({ points: VERIFICATIONS_PER_DOMAIN, duration: SECONDS });
  const accounts = new RateLimiterMemory({ points: VERIFICATIONS_PER_ACCOUNT, duration: SECONDS });
  return {
    takeToken: (token) => take(tokens, token, `${perMinute} requests a minute are allowed for one token`),
    takeAddress: (address, requests) =>
      take(
        addresses,
        addressNetwork(address),
        `${perMinute} requests a minute are allowed for one address without a token`,
        requests,
      ),
    async takeVerification(account, domain) {
      await take(domains, domain, `one domain can be checked ${VERIFICATIONS_PER_DOMAIN} times a minute`);
      await take(
        accounts,
        account,
        `the domains of one account can be checked ${VERIFICATIONS_PER_ACCOUNT} times a minute`,
      );
    },
  };
}

const unlimited: RateLimits = {
  async takeToken() {},
  async takeAddress() {},
  async takeVerification() {},
};

async function take(
  limiter: RateLimiterMemory,
  key: number | string,
  rule: string,
  points = 1,
): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (full) {
    if (!(full instanceof RateLimiterRes)) throw full;
    const retryAfter = Math.max(1, Math.ceil(full.msBeforeNext / 1000));
    throw new LetterheadError('rate_limited', `Too many requests: ${rule}. Try again in ${retryAfter} s.`, {
      retryAfter,
    });
  }
}
