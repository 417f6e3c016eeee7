import { toDomain } from '../domains/domain-view.ts';
import type { Domains } from '../domains/domains.ts';
import { toEvent } from '../events/events.ts';
import { restJson } from '../rest-json.ts';
import type { EventRow } from '../store/interface/events.ts';
import type { Store } from '../store/store.ts';
import type { Message } from './sender.ts';

export interface PayloadDeps {
  readonly store: Store;
  readonly domains: Pick<Domains, 'diagnosis'>;
}

/** An event, with its domain and the diagnosis as they are now; both null where there is no such domain any more. */
export async function eventMessage(deps: PayloadDeps, account: number, event: EventRow): Promise<Message> {
  const about = await describeDomain(deps, account, event.domain?.id);
  return {
    id: `evt_${account}_${event.id}`,
    body: payload(event.type, new Date(event.at), { event: toEvent(event), ...about }),
  };
}

/** Tells that of the events `first` to `last`, not all are kept, so that none of them was sent. */
export function truncatedMessage(account: number, first: number, last: number, now: Date): Message {
  return {
    id: `evt_${account}_${first}-${last}`,
    body: payload('events.truncated', now, { event: null, domain: null, diagnosis: null, first, last }),
  };
}

/** `unique` tells one test from another. */
export function testMessage(account: number, webhook: number, unique: string, now: Date): Message {
  return {
    id: `test_${account}_${webhook}_${unique}`,
    body: payload('webhook.test', now, { event: null, domain: null, diagnosis: null }),
  };
}

async function describeDomain({ store, domains }: PayloadDeps, account: number, id: number | undefined) {
  const holder = await store.accounts.get(account);
  const row = id === undefined ? undefined : await store.domains.get(account, id);
  if (holder === undefined || row === undefined) return { domain: null, diagnosis: null };
  return { domain: toDomain(row), diagnosis: await domains.diagnosis(holder, row) };
}

/** In the spelling of REST. */
function payload(type: string, timestamp: Date, data: object): string {
  return restJson({ type, timestamp, data });
}
