import { invalidField, LetterheadError, shownName } from '@letterhead/shared';
import type { RateLimits } from '../auth/rate-limits.ts';
import { withPunycode } from '../domains/domain-name.ts';
import { type Clock, toInstant } from '../instant.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import type { RandomSource } from '../random.ts';
import { dkimStateOf } from '../records/record-states.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { Subscription, TokenRow } from '../store/interface/token-row.ts';
import type { Store } from '../store/store.ts';
import type { MailContent } from './mail-content.ts';
import type { Mail, Mailer } from './mailer.ts';
import type { Notice } from './notice-text.ts';

export interface SubscriptionsDeps {
  readonly store: Pick<Store, 'accounts' | 'domains' | 'tokens'>;
  /** Null: no mail server is set. */
  readonly mailer: Pick<Mailer, 'send'> | null;
  /** The links in the mails lead there; null if not set. */
  readonly publicUrl: string | null;
  readonly limits: Pick<RateLimits, 'takeConfirmation'>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** Somebody whom a notice goes to. */
export interface Recipient {
  readonly to: string;
  readonly content: MailContent;
  readonly headers?: Mail['headers'];
  readonly onSent?: () => Promise<void>;
  readonly onRefused: (answer: string) => Promise<void>;
}

/** What became of a link in a mail. `gone`: it never worked, or no longer does; `late`: there is nothing left to wait for. */
export type LinkOutcome =
  | { readonly kind: 'gone' }
  | { readonly kind: 'confirmed' | 'ended' | 'late'; readonly domain: string };

interface Found {
  readonly account: AccountRow;
  readonly domain: DomainRow;
  readonly link: TokenRow;
  readonly subscription: Subscription;
}

const KEY_OCTETS = 24;

/** People who hold a share link, and are told by mail once its domain is verified: each once, and only if they confirm it. */
export class Subscriptions {
  readonly #deps: SubscriptionsDeps;

  constructor(deps: SubscriptionsDeps) {
    this.#deps = deps;
  }

  get areOffered(): boolean {
    return this.#deps.mailer !== null && this.#deps.publicUrl !== null;
  }

  /**
   * Sends a mail by which the address is confirmed. Rejects with `quota_exceeded` and `rate_limited`, with `invalid`
   * where nothing is left to wait for, and with `unavailable` where the mail cannot be sent.
   */
  async ask(request: {
    readonly account: AccountRow;
    readonly domain: DomainRow;
    readonly link: TokenRow | null;
    readonly address: string;
  }): Promise<void> {
    const { account, domain, link, address } = request;
    const { store, mailer, limits, clock, random } = this.#deps;
    if (mailer === null || link === null || !this.areOffered) throw notOffered();
    if (dkimStateOf(domain).verified)
      throw invalidField('address', `${domain.domain} is verified already: there is nothing to wait for.`);
    if (link.subscriptions.length >= NOTICE_LIMITS.confirmationsPerLink) throw tooMany();
    await limits.takeConfirmation(account.id, address);
    const key = Buffer.from(random(KEY_OCTETS)).toString('base64url');
    const asked: Subscription = { key, address, asked_at: toInstant(clock()), state: 'asked' };
    let taken = 0;
    const isThere = await store.tokens.subscribe(account.id, link.id, (before) => {
      taken = before.length;
      return taken >= NOTICE_LIMITS.confirmationsPerLink ? null : [...before, asked];
    });
    if (taken >= NOTICE_LIMITS.confirmationsPerLink) throw tooMany();
    if (!isThere) throw notOffered();
    const content = this.#confirmation(account, domain, this.#pathOf(account, link, asked));
    const outcome = await mailer.send({
      ...content,
      to: address,
      // Mail servers log it: it must not contain the key.
      id: `ask_${link.id}_${taken}`,
      date: clock(),
    });
    if (outcome.kind === 'refused')
      throw new LetterheadError('invalid', `The mail server refused ${address}: ${outcome.answer}.`, {
        errors: { address: ['A mail to this address was refused. Enter another one.'] },
      });
    if (outcome.kind === 'failed')
      throw new LetterheadError('unavailable', 'The mail could not be sent now. Try again tomorrow.', {
        retryAfter: 3_600,
      });
  }

  /** Finds a subscription by the end of a link in a mail. Undefined: the link does not work, or no longer. */
  async find(path: string): Promise<Found | undefined> {
    const { store, clock } = this.#deps;
    const [, accountId = '', linkId = '', key = ''] =
      /^(\d{1,15})\.(\d{1,15})\.([\w-]{32})$/.exec(path) ?? [];
    const account = await store.accounts.get(Number(accountId));
    const link = account && (await store.tokens.get(account.id, Number(linkId)));
    const subscription = link?.subscriptions.find((one) => one.key === key);
    const isExpired = (at: string | null) => at !== null && Date.parse(at) <= clock().getTime();
    if (account === undefined || account.suspended || link?.domain_id == null) return undefined;
    if (subscription === undefined || isExpired(link.expires_at)) return undefined;
    const domain = await store.domains.get(account.id, link.domain_id);
    return domain && { account, domain, link, subscription };
  }

  /** Confirms an address, within a day of the mail, or forgets it where the domain was verified meanwhile. */
  async confirm(path: string): Promise<LinkOutcome> {
    const found = await this.find(path);
    if (found === undefined || found.subscription.state === 'ended') return { kind: 'gone' };
    const { subscription, domain } = found;
    const age = this.#deps.clock().getTime() - Date.parse(subscription.asked_at);
    if (subscription.state === 'asked' && age > NOTICE_LIMITS.confirmable) return { kind: 'gone' };
    if (isLate(found)) {
      await this.#end(found);
      return { kind: 'late', domain: domain.domain };
    }
    // Somebody may have ended it meanwhile.
    await this.#set(found, (one) => (one.state === 'ended' ? one : { ...one, state: 'confirmed' }));
    return { kind: 'confirmed', domain: domain.domain };
  }

  /** Ends a subscription, and forgets its address. */
  async stop(path: string): Promise<LinkOutcome> {
    const found = await this.find(path);
    if (found === undefined) return { kind: 'gone' };
    await this.#end(found);
    return { kind: 'ended', domain: found.domain.domain };
  }

  /** Whom a notice goes to because they asked for it: all who confirmed it, if the domain is verified now. */
  async dueFor(account: AccountRow, { domain }: Notice): Promise<readonly Recipient[]> {
    if (!this.areOffered || !dkimStateOf(domain).verified) return [];
    const links = await this.#deps.store.tokens.list(account.id, { domain: domain.id });
    const now = toInstant(this.#deps.clock());
    return links
      .filter(({ expires_at }) => expires_at === null || expires_at > now)
      .flatMap((link) => link.subscriptions.map((subscription) => ({ account, domain, link, subscription })))
      .flatMap((found) => this.#recipient(found) ?? []);
  }

  #recipient(found: Found): Recipient | null {
    const { account, domain, link, subscription } = found;
    const { address, state } = subscription;
    if (address === null || state !== 'confirmed') return null;
    const end = () => this.#end(found);
    const stop = `${this.#deps.publicUrl}/notices/stop/${this.#pathOf(account, link, subscription)}`;
    return {
      to: address,
      content: doneMail(account, domain, stop),
      headers: { 'List-Unsubscribe': `<${stop}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      onSent: end,
      onRefused: end,
    };
  }

  #end(found: Found): Promise<void> {
    return this.#set(found, (one) => ({ ...one, address: null, state: 'ended' }));
  }

  async #set(found: Found, change: (before: Subscription) => Subscription): Promise<void> {
    const { account, link, subscription } = found;
    await this.#deps.store.tokens.subscribe(account.id, link.id, (before) =>
      before.map((one) => (one.key === subscription.key ? change(one) : one)),
    );
  }

  #pathOf({ id }: AccountRow, link: TokenRow, { key }: Subscription): string {
    return `${id}.${link.id}.${key}`;
  }

  #confirmation(account: AccountRow, domain: DomainRow, path: string): MailContent {
    const name = withPunycode(domain.domain);
    return {
      subject: `Do you want to be told when ${name} is verified?`,
      blocks: [
        `Somebody who has the link to the DNS records of ${name} asked for a mail to this address once they are found. The records are asked for by ${shownName(account)}.`,
        { link: `${this.#deps.publicUrl}/notices/confirm/${path}`, label: 'Yes, tell me once' },
        'The link works for a day. If it was not you, do nothing: no other mail is sent.',
      ],
    };
  }
}

/** Whether an address that was not confirmed yet would wait for what has happened already. */
export function isLate({ domain, subscription }: Pick<Found, 'domain' | 'subscription'>): boolean {
  return subscription.state === 'asked' && dkimStateOf(domain).verified;
}

function doneMail(account: AccountRow, domain: DomainRow, stop: string): MailContent {
  const name = withPunycode(domain.domain);
  return {
    subject: `${name} is verified`,
    blocks: [
      `The DKIM record of ${name} was found, and it is right. There is nothing left for you to do for it, and ${shownName(account)} sees that, too.`,
      { small: `You asked for this one mail, and get no other. ${stop} ends it all the same.` },
    ],
  };
}

function notOffered(): LetterheadError {
  return invalidField('address', 'This server cannot tell anybody by mail. Come back to this page instead.');
}

function tooMany(): LetterheadError {
  const most = NOTICE_LIMITS.confirmationsPerLink;
  return new LetterheadError(
    'quota_exceeded',
    `Through one link, ${most} addresses can be given, and this one has had them. Ask for a new link.`,
  );
}
