import { unlessMissing } from '../../errno.ts';
import { FILE_LIMITS } from '../../limits.ts';
import type { EventFilter, EventRow } from '../interface/events.ts';
import type { OpenFile } from './disk/file-system.ts';
import type { Folder } from './disk/folder.ts';
import { DamagedFileError, NewerFormatError } from './disk/json-file.ts';
import { EventLogHeaderSchema, FORMAT } from './formats/files.ts';
import { EventRowSchema } from './formats/rows.ts';

/** Bytes that are read at once. */
const BLOCK = 64 * 1024;

const LINE_FEED = 10;

/** A header is shorter than this. */
const HEADER_MAX = 256;

/** A line of a log, and where it lies in the file. */
export interface EventLine {
  /** Null where the line holds no event (the header, or something damaged), or was passed over. */
  readonly event: EventRow | null;
  /** Of its first byte. */
  readonly offset: number;
  /** The next line's offset. */
  readonly end: number;
  /** Whether a line feed ends it: the last line may have been torn by a crash. */
  readonly complete: boolean;
}

export function eventLine(event: EventRow): string {
  return `${JSON.stringify(event)}\n`;
}

/** The first line of a log. */
export function logHeader(account: number): string {
  return `${JSON.stringify({ format: FORMAT, account })}\n`;
}

/**
 * The lines from `offset`, which must be a line's beginning, to the end of the file. Where `mayMatch` says no of a
 * line's bytes, it is not parsed, which is most of what a line costs.
 */
async function* readLines(
  file: OpenFile,
  offset: number,
  mayMatch: (line: Buffer) => boolean = () => true,
): AsyncGenerator<EventLine> {
  const block = Buffer.allocUnsafe(BLOCK);
  let rest = Buffer.alloc(0);
  let at = offset;
  /** Where the line begins that `rest` is of: before `at` where a part of it was passed over. */
  let begun = offset;
  for (;;) {
    const length = await file.read(block, at + rest.length);
    const bytes = Buffer.concat([rest, block.subarray(0, length)]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      const text = bytes.subarray(start, end);
      const event = begun === at + start && mayMatch(text) ? parseEvent(text) : null;
      yield { event, offset: begun, end: at + end + 1, complete: true };
      start = end + 1;
      begun = at + start;
    }
    rest = bytes.subarray(start);
    at += start;
    if (length < BLOCK) break;
    if (rest.length <= FILE_LIMITS.eventLineBytes) continue;
    at += rest.length;
    rest = Buffer.alloc(0);
  }
  const end = at + rest.length;
  if (end > begun) {
    yield { event: begun === at ? parseEvent(rest) : null, offset: begun, end, complete: false };
  }
}

function parseEvent(text: Buffer): EventRow | null {
  try {
    return EventRowSchema.safeParse(JSON.parse(text.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * The lines at the end of the file, from the last event below `id` on, or all where there is none below;
 * so the last event is always among them.
 */
export async function readTail(file: OpenFile, id = Number.POSITIVE_INFINITY): Promise<EventLine[]> {
  const size = await file.size();
  for (let length = BLOCK; ; length *= 4) {
    const from = await lineStart(file, Math.max(0, size - length), size);
    const lines = await Array.fromAsync(readLines(file, from));
    const below = lines.findLastIndex((line) => line.event !== null && line.event.id < id);
    if (below !== -1) return lines.slice(below);
    if (length >= size) return lines;
  }
}

/** An offset at or before the first event above `after`, and near it. */
async function seek(file: OpenFile, after: number): Promise<number> {
  const size = await file.size();
  let low = 0;
  let high = size;
  while (high - low > BLOCK) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstEvent(file, await lineStart(file, middle, size), high);
    if (found !== null && found.event.id <= after) low = found.offset;
    else high = middle;
  }
  return low;
}

/** Where the first event above `id` begins; where the lines end that were there, if there is none: a log can grow. */
export async function offsetAfter(file: OpenFile, id: number): Promise<number> {
  let last = await seek(file, id);
  for await (const { event, offset, end } of readLines(file, last)) {
    if (event !== null && event.id > id) return offset;
    last = end;
  }
  return last;
}

/** The first event at or after `offset`, a line's beginning; null where there is none before `end`. */
async function firstEvent(
  file: OpenFile,
  offset: number,
  end: number,
): Promise<{ event: EventRow; offset: number } | null> {
  for await (const { event, offset: at } of readLines(file, offset)) {
    if (at >= end) return null;
    if (event !== null) return { event, offset: at };
  }
  return null;
}

/**
 * Opens a log of an account; null where it is not there.
 * @throws DamagedFileError where it is another account's, or of a format that this Letterhead does not know.
 */
export async function openLog(events: Folder, name: string, account: number): Promise<OpenFile | null> {
  await using opened = new AsyncDisposableStack();
  const file = opened.use(await unlessMissing(events.fileSystem.open(events.file(name), 'r')));
  if (file !== null) await checkHeader(file, `events/${name}`, account);
  opened.move();
  return file;
}

/** All lines of a log; none where it is not there. @throws as `openLog`. */
export async function* linesOf(events: Folder, name: string, account: number): AsyncGenerator<EventLine> {
  await using file = await openLog(events, name, account);
  if (file !== null) yield* readLines(file, 0);
}

async function checkHeader(file: OpenFile, label: string, account: number): Promise<void> {
  const block = Buffer.alloc(HEADER_MAX);
  const length = await file.read(block, 0);
  const first = block.subarray(0, length).toString('utf8').split('\n', 1)[0] ?? '';
  const header = parseHeader(first);
  if (header === null) return;
  if (header.format > FORMAT) throw new NewerFormatError(label, header.format);
  if (header.account !== account) {
    throw new DamagedFileError(`${label} is damaged (it is the log of account ${header.account})`);
  }
}

/** Null where the line is something else: a log that lost its beginning is still read. */
function parseHeader(text: string): { format: number; account: number } | null {
  try {
    return EventLogHeaderSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The beginning of the first line at or after `offset`. */
async function lineStart(file: OpenFile, offset: number, size: number): Promise<number> {
  if (offset === 0) return 0;
  const block = Buffer.allocUnsafe(4096);
  for (let at = offset - 1; at < size; at += block.length) {
    const length = await file.read(block, at);
    const found = block.subarray(0, length).indexOf(LINE_FEED);
    if (found !== -1) return at + found + 1;
    if (length < block.length) break;
  }
  return size;
}

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
