import type { Logger } from 'pino';
import type { Domains } from '../domains/domains.ts';
import type { HeldCursor } from '../events/held-cursor.ts';
import { type Clock, instantFrom, toInstant } from '../instant.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { Store } from '../store/store.ts';
import type { Mailer, SendOutcome } from './mailer.ts';
import { isQuiet, type NoticeMemo, readMemo, type Told, wakeAt } from './notice-memo.ts';
import { isNoticeEvent, type Notice, type NoticeEvent, noticeMail } from './notice-text.ts';
import type { Recipient, Subscriptions } from './subscriptions.ts';

export interface NoticeDeps {
  readonly store: Store;
  readonly domains: Pick<Domains, 'diagnosis'>;
  readonly mailer: Pick<Mailer, 'send'>;
  readonly publicUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly subscriptions: Subscriptions;
  /** Told of every attempt to send a notice. */
  readonly onNotice: (outcome: SendOutcome['kind']) => void;
}

/** Tells an account of its changes while this process holds the cursor of its notices: in their order, each once. */
export class AccountNotices {
  readonly #deps: NoticeDeps;
  readonly #held: HeldCursor;
  readonly #id: number;
  /** What the cursor remembers, parsed once: there can be thousands of domains in it. */
  #memo: NoticeMemo;

  constructor(deps: NoticeDeps, held: HeldCursor, account: number) {
    this.#deps = deps;
    this.#held = held;
    this.#id = account;
    this.#memo = readMemo(held.state.memo);
  }

  /** Tells what waited, and then a page of what is new. Whether there may be more. */
  async tellPage(): Promise<boolean> {
    if (!(await this.#tellWaiting())) return false;
    const after = this.#held.state.position;
    const { events } = await this.#deps.store.events.list(this.#id, { after, limit: NOTICE_LIMITS.page });
    const told = events.filter(isNoticeEvent);
    for (const event of events) {
      if (isNoticeEvent(event) && !(await this.#tellNew(event, told))) return false;
      this.#held.move({ position: event.id });
    }
    return events.length > 0;
  }

  /** Tells what waited of domains that are no longer quiet. False: somebody could not be told. */
  async #tellWaiting(): Promise<boolean> {
    const now = this.#deps.clock();
    const isOver = (told: Told) => told.at !== null && !isQuiet(told, now);
    const entries = Object.entries(this.#memo);
    const kept = entries.filter(([, told]) => told.more || !isOver(told));
    if (kept.length < entries.length) this.#keep(Object.fromEntries(kept));
    for (const [domain, told] of kept) {
      if (!isOver(told)) continue;
      const waiting = await this.#waitingOf(Number(domain), told);
      // The log has not kept what happened.
      if (waiting.length === 0) this.#remember(domain, null);
      else if (!(await this.#tell(waiting))) return false;
    }
    return true;
  }

  /** What has happened to a domain since it was told of, up to where the cursor is. */
  async #waitingOf(domain: number, { event }: Told): Promise<readonly NoticeEvent[]> {
    const { position } = this.#held.state;
    const waiting: NoticeEvent[] = [];
    for (let after = event; ; ) {
      const filter = { after, limit: NOTICE_LIMITS.page, domain };
      const { events } = await this.#deps.store.events.list(this.#id, filter);
      waiting.push(...events.filter(isNoticeEvent).filter(({ id }) => id <= position));
      const last = events.at(-1);
      if (last === undefined || last.id >= position) return waiting;
      after = last.id;
    }
  }

  /** `page`: what has happened to its domain since is told with it. */
  async #tellNew(event: NoticeEvent, page: readonly NoticeEvent[]): Promise<boolean> {
    const domain = event.domain.id;
    const told = this.#memo[domain];
    if (told !== undefined && event.id <= told.event) return true;
    if (told !== undefined && isQuiet(told, this.#deps.clock())) {
      this.#remember(domain, { ...told, more: true });
      return true;
    }
    return this.#tell(page.filter((one) => one.domain.id === domain && one.id >= event.id));
  }

  /**
   * Tells everybody of changes of one domain. False: somebody could not be told, and it is tried again later. What was
   * told to some is told to the others as it was, before there is more.
   */
  async #tell(changes: readonly NoticeEvent[]): Promise<boolean> {
    const [first] = changes;
    if (first === undefined) return true;
    // Its addresses may have changed since the change before, which can be long ago.
    const account = await this.#deps.store.accounts.get(this.#id);
    if (account?.suspended !== false) return false;
    const domain = first.domain.id;
    const told = this.#memo[domain] ?? { event: first.id - 1, at: null, more: false, sent: null };
    const until = told.sent?.event ?? Number.POSITIVE_INFINITY;
    const events = changes.filter((event) => event.id <= until && this.#isRecent(event));
    const last = events.at(-1);
    const notice = last === undefined ? null : await this.#noticeOf(account, domain, events);
    if (last !== undefined && notice !== null) {
      const people = await this.#peopleFor(account, notice, last);
      const at = toInstant(this.#deps.clock());
      if (!(await this.#send(notice, people, { ...told, sent: told.sent ?? { event: last.id, to: [] } })))
        return false;
      if (people.length > 0) {
        this.#remember(domain, { event: last.id, at, more: changes.at(-1) !== last, sent: null });
        return true;
      }
    }
    this.#remember(domain, null);
    return true;
  }

  /** Its own people, and those who asked for this through a share link. */
  async #peopleFor(account: AccountRow, notice: Notice, last: NoticeEvent): Promise<readonly Recipient[]> {
    const own = account.notify.filter(({ since, refused }) => since <= last.at && refused === null);
    const content = noticeMail(notice);
    const asked = await this.#deps.subscriptions.dueFor(account, notice);
    return [
      ...own.map(({ address }) => ({
        to: address,
        content,
        onRefused: (answer: string) => this.#noteRefusal(address, answer),
      })),
      ...asked,
    ];
  }

  #isRecent({ at }: NoticeEvent): boolean {
    return Date.parse(at) > this.#deps.clock().getTime() - NOTICE_LIMITS.age;
  }

  /** Null: there is no such domain any more, or it has another name. */
  async #noticeOf(account: AccountRow, id: number, events: readonly NoticeEvent[]): Promise<Notice | null> {
    const { store, domains, publicUrl } = this.#deps;
    const domain = await store.domains.get(account.id, id);
    if (domain === undefined || domain.domain !== events.at(-1)?.domain.name) return null;
    return { account, domain, events, publicUrl, diagnosis: await domains.diagnosis(account, domain) };
  }

  async #send(
    notice: Notice,
    people: readonly Recipient[],
    told: Told & { readonly sent: NonNullable<Told['sent']> },
  ): Promise<boolean> {
    const { mailer, clock, log, onNotice } = this.#deps;
    const { domain } = notice;
    const { event, to } = told.sent;
    const reached = [...to];
    let failure: string | null = null;
    for (const { to: address, content, headers = {}, onSent, onRefused } of people) {
      if (reached.includes(address)) {
        await onSent?.();
        continue;
      }
      if (!(await this.#held.mayAttempt())) return false;
      const id = `evt_${this.#id}_${event}`;
      const outcome = await mailer.send({ ...content, headers, to: address, id, date: clock() });
      onNotice(outcome.kind);
      if (outcome.kind === 'failed') {
        failure = outcome.error;
        // There has to be time for the others, however long this one took.
        await this.#held.renew();
        continue;
      }
      reached.push(address);
      this.#remember(domain.id, { ...told, sent: { event, to: [...reached] } });
      if (outcome.kind === 'refused') await onRefused(outcome.answer);
      else await onSent?.();
    }
    if (failure === null) return true;
    const about = { account: this.#id, domain_id: domain.id, reason: failure };
    // One address that is put off again and again does not keep the others from what comes next.
    const isGivenUp = reached.length > 0 && this.#held.state.failures >= NOTICE_LIMITS.patience;
    log.warn(about, isGivenUp ? 'a notice could not be sent to everybody' : 'a notice could not be sent yet');
    if (!isGivenUp) this.wait();
    return isGivenUp;
  }

  /** Until somebody gives the address again. */
  async #noteRefusal(address: string, answer: string): Promise<void> {
    const { store, clock, log } = this.#deps;
    const at = toInstant(clock());
    await store.accounts.update(this.#id, (row) => ({
      row: {
        ...row,
        notify: row.notify.map((one) =>
          one.address === address ? { ...one, refused: { at, answer } } : one,
        ),
      },
      events: [],
    }));
    log.warn({ account: this.#id, address, answer }, 'a notice was refused: nothing more is sent there');
  }

  /** Puts off everything of the account. */
  wait(): void {
    const { failures } = this.#held.state;
    const wait = NOTICE_LIMITS.waits[Math.min(failures, NOTICE_LIMITS.waits.length - 1)] ?? 0;
    this.#held.move({ failures: failures + 1, due: instantFrom(this.#deps.clock().getTime() + wait) });
  }

  /** `null` forgets. */
  #remember(domain: number | string, told: Told | null): void {
    const { [domain]: _, ...others } = this.#memo;
    const isDone = told === null || told.sent === null;
    if (isDone) this.#held.move({ failures: 0, due: null });
    this.#keep(told === null ? others : { ...others, [domain]: told });
  }

  #keep(memo: NoticeMemo): void {
    this.#memo = memo;
    this.#held.move({ memo, wake: wakeAt(memo) });
  }
}
