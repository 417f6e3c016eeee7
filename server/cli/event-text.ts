import type { Event, EventType } from '@letterhead/shared';
import { EVENT_TYPES } from '@letterhead/shared';
import { inOneLine } from '../terminal-text.ts';
import { withPunycode } from './domain-text.ts';
import { formatTable, formatTime } from './output.ts';

const LONGEST_TYPE = Math.max(...EVENT_TYPES.map((type: EventType) => type.length));

/** Formats one line per event, under headings. */
export function formatEvents(events: readonly Event[]): string {
  if (events.length === 0) return 'Nothing has happened.\n';
  return formatTable(['ID', 'WHEN', 'WHAT', 'BY', 'DOMAIN'], events.map(cellsOf));
}

/** Formats one line, with fixed column widths because later events are not known yet. */
export function formatEvent(event: Event): string {
  const [id = '', when = '', what = '', by = '', domain = ''] = cellsOf(event).map(inOneLine);
  return `${id.padStart(6)}  ${when}  ${what.padEnd(LONGEST_TYPE)}  ${by.padEnd(8)}  ${domain}\n`;
}

function cellsOf({ id, at, type, domain, actor }: Event): string[] {
  const by = actor.kind === 'token' ? `token ${actor.token_id}` : actor.kind;
  return [String(id), formatTime(at), type, by, domain === null ? '-' : withPunycode(domain.name)];
}
