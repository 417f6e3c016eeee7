import type { EventFilter, EventRow } from '../store.ts';
import { firstEvent, readLines, seek } from './event-lines.ts';
import type { OpenFile } from './file-system.ts';

/** Whether a list with this filter holds the event; its limit aside. */
export function isWanted(event: EventRow, filter: EventFilter): boolean {
  return event.id > filter.after && (filter.domain === undefined || event.domain?.id === filter.domain);
}

/** Tells from a line's bytes that it is of no event that the filter wants. */
function mayMatch({ domain }: EventFilter): (line: Buffer) => boolean {
  if (domain === undefined) return () => true;
  // As it is written here, or by a person who has mended the line.
  return (line) => line.includes(`"id":${domain},`) || line.includes('"id": ');
}

/** Adds the file's events that are wanted to `into`, by id, until that is as long as the filter lets it be. */
export async function collect(
  file: OpenFile,
  filter: EventFilter,
  wanted: (event: EventRow) => boolean,
  into: EventRow[],
): Promise<void> {
  if (into.length >= filter.limit) return;
  for await (const { event } of readLines(file, await seek(file, filter.after), mayMatch(filter))) {
    if (event === null || !wanted(event)) continue;
    into.push(event);
    if (into.length >= filter.limit) return;
  }
}

/** Whether the event with the id is in the file. */
export async function holds(file: OpenFile, id: number): Promise<boolean> {
  for await (const { event } of readLines(file, await seek(file, id - 1))) {
    if (event !== null && event.id >= id) return event.id === id;
  }
  return false;
}

/** The lowest id in the files, the oldest of which is first; null where they hold no event. */
export async function findOldest(files: readonly OpenFile[]): Promise<number | null> {
  for (const file of files) {
    const found = await firstEvent(file, 0, Number.POSITIVE_INFINITY);
    if (found !== null) return found.event.id;
  }
  return null;
}
