import type { Diagnosis, EventFacts, EventType } from '@letterhead/shared';
import { shownName } from '@letterhead/shared';
import { withPunycode } from '../domains/domain-name.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import { dkimStateOf } from '../records/record-states.ts';
import type { AccountRow } from '../store/interface/accounts.ts';
import type { DomainRow } from '../store/interface/domain-row.ts';
import type { EventRow } from '../store/interface/events.ts';
import type { MailBlock, MailContent } from './mail-content.ts';

/** What is told by mail. `recovered`: whoever was told that something is wrong hears that it no longer is. */
const NOTICE_TYPES = [
  'domain.verified',
  'domain.degraded',
  'domain.unreachable',
  'domain.recovered',
  'domain.lost',
] as const satisfies readonly EventType[];
type NoticeType = (typeof NOTICE_TYPES)[number];

/** An event that notices tell of. */
export type NoticeEvent = EventRow & { readonly type: NoticeType; readonly domain: { readonly id: number } };

/** Whether notices tell of an event. */
export function isNoticeEvent(event: EventRow): event is NoticeEvent {
  return event.domain !== null && NOTICE_TYPES.some((type) => type === event.type);
}

/** Changes of one domain, with what is known of it now. */
export interface Notice {
  readonly account: AccountRow;
  readonly domain: DomainRow;
  /** Oldest first, at least one. */
  readonly events: readonly NoticeEvent[];
  readonly diagnosis: Diagnosis;
  /** The server's public address; null if not set. */
  readonly publicUrl: string | null;
}

/** What the account's own people are told. */
export function noticeMail(notice: Notice): MailContent {
  const { account, domain, publicUrl } = notice;
  const name = withPunycode(domain.domain);
  const [first] = notice.events;
  const types = new Set(notice.events.map(({ type }) => type));
  const isOne = types.size === 1 && first !== undefined;
  const link = `${publicUrl}/accounts/${account.id}/domains/${domain.id}`;
  return {
    subject: isOne ? SUBJECTS[first.type](name, labelsOf(notice.events)) : summarySubject(notice, name),
    blocks: [
      ...(isOne ? oneChange(notice, first, name) : manyChanges(notice, name)),
      ...problems(notice.diagnosis),
      ...(publicUrl === null ? [] : [{ link, label: `Open ${name} in Letterhead` }]),
      {
        small: `You get this because the account “${shownName(account)}” sends its notices to this address. Its administrator can change that in the settings of the account.`,
      },
    ],
  };
}

const SUBJECTS: Record<NoticeType, (name: string, record: string) => string> = {
  'domain.verified': (name, record) => `${name}: the ${record} verified`,
  'domain.degraded': (name, record) => `${name}: the ${record} wrong – act soon`,
  'domain.unreachable': (name) => `${name}: its name servers have not answered for a day`,
  'domain.recovered': (name, record) => `${name}: the ${record} right again`,
  'domain.lost': (name, record) => `${name}: the ${record} no longer verified`,
};

/** `DKIM record is`, `DKIM and Return-Path records are`. */
function labelsOf(events: readonly NoticeEvent[]): string {
  const labels = [...new Set(events.map(labelOf))];
  return labels.length === 1 ? `${labels[0]} record is` : `${labels.join(' and ')} records are`;
}

function labelOf({ changes }: NoticeEvent): string {
  return typeof changes['record'] === 'string' ? changes['record'] : 'DKIM';
}

function summarySubject({ events, diagnosis }: Notice, name: string): string {
  return `${name}: ${events.length} changes – now ${diagnosis.status}`;
}

function oneChange(notice: Notice, event: NoticeEvent, name: string): MailBlock[] {
  const at = shownTime(event.at);
  const records = labelsOf(notice.events);
  const record = records.replace(/ (is|are)$/, '');
  const signed = notice.events.some((one) => labelOf(one) === 'DKIM');
  switch (event.type) {
    case 'domain.verified':
      return [
        `On ${at}, the ${record} of ${name} passed the check: the ${records} verified.`,
        ...(signed ? [`Mail from ${name} can be signed now, and receivers can verify it.`] : []),
      ];
    case 'domain.degraded':
      return [
        `On ${at}, the ${record} of ${name} failed the check: what was verified before is not as it has to be any more.`,
        ...deadlines(notice, event, name),
      ];
    case 'domain.unreachable':
      return [
        `On ${at}, nothing definitive had been heard of the ${record} of ${name} for 24 hours${heardSince(event)}.`,
        'The last result stands: the domain stays verified, and we go on asking. But receivers that get no answer either cannot verify its mail. Find out why its name servers do not answer.',
      ];
    case 'domain.recovered':
      return [
        `On ${at}, the ${record} of ${name} passed the check again. There is nothing left to do for it.`,
      ];
    case 'domain.lost':
      return [
        `On ${at}, the ${records} no longer verified: ${name} had another value there, or none.`,
        ...(signed
          ? [
              `Mail from ${name} is no longer signed, and what was signed before fails where receivers look now.`,
            ]
          : []),
      ];
  }
}

/** Until when the domain counts as verified, and what becomes of mail until then. */
function deadlines({ domain }: Notice, event: NoticeEvent, name: string): MailBlock[] {
  const label = labelOf(event);
  const id = label === 'DKIM' ? dkimStateOf(domain).id : 'return_path';
  const due = domain.checks?.due[id] ?? null;
  const isOpen = domain.records.some((state) => state.id === id && state.verified && state.degraded);
  const forgotten = timeOf(event, 'cached_until');
  const when = forgotten === null ? 'which the TTL of the record says' : `on ${forgotten} at the latest`;
  const caches = `Receivers that still remember the right record verify mail until they forget it, ${when}; others do not any more.`;
  if (due === null || !isOpen) return [caches];
  return [
    `${caches} Unless it is right by the next check, on ${shownTime(due)}, the ${label} record is no longer verified${label === 'DKIM' ? `, and mail from ${name} is no longer signed` : ''}.`,
  ];
}

function heardSince(event: NoticeEvent): string {
  const heard = timeOf(event, 'heard_at');
  return heard === null ? '' : `: the last time was ${heard}`;
}

/** Null: the event does not say. */
function timeOf({ changes }: NoticeEvent, fact: keyof EventFacts): string | null {
  const at = changes[fact];
  return typeof at === 'string' ? shownTime(at) : null;
}

const CHANGED: Record<NoticeType, string> = {
  'domain.verified': 'verified',
  'domain.degraded': 'found wrong',
  'domain.unreachable': 'nothing heard for 24 hours',
  'domain.recovered': 'right again',
  'domain.lost': 'no longer verified',
};

function manyChanges({ events, diagnosis }: Notice, name: string): MailBlock[] {
  const shown = events.slice(-NOTICE_LIMITS.changes);
  const left = events.length - shown.length;
  return [
    `The records of ${name} have changed ${events.length} times. The domain is ${diagnosis.status} now.`,
    {
      list: [
        ...(left === 0 ? [] : [`${left} earlier changes`]),
        ...shown.map((event) => `${shownTime(event.at)}: ${labelOf(event)}, ${CHANGED[event.type]}`),
      ],
    },
  ];
}

/** What is the matter now, as the page of the domain says it. */
function problems({ records }: Diagnosis): MailBlock[] {
  return records
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .flatMap(({ label, title, detail, fix }) => [
      { heading: `${label}: ${title}` },
      detail,
      ...(fix === null ? [] : [`What to do: ${fix}`]),
    ]);
}

/** `27 Nov 2026, 00:38 UTC`. */
function shownTime(at: string): string {
  const [, date, time] = /^\w+, (.*) (\d\d:\d\d):\d\d GMT$/.exec(new Date(at).toUTCString()) ?? [];
  return `${date}, ${time} UTC`;
}
