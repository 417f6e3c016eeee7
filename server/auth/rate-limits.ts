/// <reference path="./rate-limiter-flexible.d.ts" />
import { isIPv6 } from 'node:net';
import { LetterheadError } from '@letterhead/shared';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import { ACCOUNT_LIMITS, NOTICE_LIMITS } from '../limits.ts';
import type { SharedPoints } from './shared-points.ts';

/** Rate limits. Each call counts one act, and rejects with `rate_limited` if that is too many. */
export interface RateLimits {
  /** Counts one procedure or request of a token, and of its account. */
  takeToken(token: number, account: number): Promise<void>;
  /** Counts one signature of an account, or one key that is fetched, which is no request of `takeToken`. */
  takeSignature(account: number): Promise<void>;
  /** Counts requests, or procedures in one, of an address without a valid token. */
  takeAddress(address: string, requests: number): Promise<void>;
  /** Counts one requested check of a domain. */
  takeVerification(account: number, domain: number): Promise<void>;
  /** Counts one audited act. `account`: the actor's own; null for the command line, which is trusted. */
  takeAuditedAct(account: number | null): Promise<void>;
  /** Counts one domain of which something is kept long after its end: see `ACCOUNT_LIMITS.lastingFactor`. */
  takeLasting(account: number): Promise<void>;
  /** Counts one mail that asks somebody to confirm an address. */
  takeConfirmation(account: number, address: string): Promise<void>;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Takes points from the allowance of a key; rejects with `rate_limited` once it is used up. */
type Limiter = (key: number | string, points?: number) => Promise<void>;

/**
 * Counts in this process. `perMinute`: requests of one token; 0 turns all limits off. `signatures`: of one account a
 * minute; 0 for any number. `maxDomains`: of one account. `shared`: null where no other server counts.
 */
export function createRateLimits(
  perMinute: number,
  signatures: number,
  maxDomains: number,
  shared: SharedPoints | null,
): RateLimits {
  const limit = (points: number, seconds: number, rule: string): Limiter =>
    perMinute === 0 || points === 0 ? async () => {} : createLimiter(shared, points, seconds, rule);
  const perAccount = perMinute * ACCOUNT_LIMITS.rateFactor;
  const { checksPerDomainPerMinute, checksPerMinute, auditedActsPerHour, auditedActsPerDay } = ACCOUNT_LIMITS;
  const acts = 'tokens, share links, keys and accounts can be made or changed by one account';
  const token = limit(perMinute, MINUTE, 'requests a minute are allowed for one token');
  const account = limit(perAccount, MINUTE, 'requests a minute are allowed for all tokens of one account');
  const network = limit(perMinute, MINUTE, 'requests a minute are allowed for one address without a token');
  const domain = limit(checksPerDomainPerMinute, MINUTE, 'checks of one domain a minute are allowed');
  const domains = limit(
    checksPerMinute,
    MINUTE,
    'checks a minute are allowed for the domains of one account',
  );
  const hour = limit(auditedActsPerHour, HOUR, `${acts} an hour`);
  const signature = limit(signatures, MINUTE, 'signatures and keys a minute are allowed for one account');
  const day = limit(auditedActsPerDay, DAY, `${acts} a day`);
  const lasting = limit(
    maxDomains * ACCOUNT_LIMITS.lastingFactor,
    DAY,
    'domains a day can be imported, or get names in the key zone, in one account',
  );
  const { confirmationsPerAccountPerDay: mails } = NOTICE_LIMITS;
  const confirmations = limit(mails, DAY, 'mails a day are sent to confirm addresses');
  const perAddress = limit(1, DAY, 'mail a day is sent to an address to confirm it');
  return {
    async takeConfirmation(accountId, address) {
      // Whoever asks for one address again and again must not use up what others of the account can ask for.
      await perAddress(address.toLowerCase());
      await confirmations(accountId);
    },
    async takeToken(tokenId, accountId) {
      await token(tokenId);
      await account(accountId);
    },
    takeSignature: (accountId) => signature(accountId),
    takeAddress: (address, requests) => network(addressNetwork(address), requests),
    async takeVerification(accountId, domainId) {
      await domain(domainId);
      await domains(accountId);
    },
    async takeAuditedAct(accountId) {
      if (accountId === null) return;
      await hour(accountId);
      await day(accountId);
    },
    takeLasting: (accountId) => lasting(accountId),
  };
}

/** `rule` ends the sentence that begins with the number of points. */
function createLimiter(shared: SharedPoints | null, points: number, seconds: number, rule: string): Limiter {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const noteTaken = shared?.add(limiter);
  return async (key, taken = 1) => {
    noteTaken?.(key, taken);
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

/**
 * Returns what the limits count an address as: an IPv4 address itself, an IPv6 address as its /64, because nobody is
 * assigned less (RFC 6177, section 2) and could use each of its addresses in turn.
 */
export function addressNetwork(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? `${firstGroups(address).join(':')}::/64` : address;
}

/** The first four of the eight groups, without leading zeros. */
function firstGroups(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address at the end stands for two groups.
  const behind = after.length + (tail?.includes('.') === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - before.length - behind;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
}
