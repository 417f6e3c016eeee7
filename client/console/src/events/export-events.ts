import { csvLine, type Event } from '@letterhead/shared';
import { saveFile } from '../components/save-file.ts';

const COLUMNS = ['at', 'type', 'domain_id', 'domain', 'actor', 'token_id', 'address', 'changes'];

/** Has the browser save these events as a table, with the words and times of the API. */
export function saveEvents(events: readonly Event[]): void {
  saveFile('events.csv', 'text/csv', [csvLine(COLUMNS), ...events.map(toLine)].join(''));
}

function toLine({ at, type, domain, actor, changes }: Event): string {
  const id = (value: number | null | undefined) => (value == null ? '' : String(value));
  return csvLine([
    at.toISOString(),
    type,
    id(domain?.id),
    domain?.name ?? '',
    actor.kind,
    id(actor.token_id),
    actor.address ?? '',
    JSON.stringify(changes),
  ]);
}
