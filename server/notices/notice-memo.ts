import { z } from 'zod';
import { type Instant, instantFrom } from '../instant.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import type { JsonValue } from '../store/interface/events.ts';

/** What is remembered of a domain whose changes were told lately, or are being told. */
const ToldSchema = z.object({
  /** Its last event that was told. */
  event: z.number(),
  /** When; null: its first notice has not reached everybody yet. */
  at: z.string().nullable(),
  /** Whether there are later ones, which wait. */
  more: z.boolean(),
  /** Who has been told already of the changes up to an event. */
  sent: z.object({ event: z.number(), to: z.array(z.string()) }).nullable(),
});
export type Told = z.infer<typeof ToldSchema>;

const MemoSchema = z.record(z.string(), ToldSchema);

/** By domain. */
export type NoticeMemo = Readonly<Record<string, Told>>;

/** One that cannot be read was written by nobody. */
export function readMemo(memo: JsonValue): NoticeMemo {
  return MemoSchema.safeParse(memo).data ?? {};
}

/** Whether changes of the domain wait, so that it is not told of more than once an hour, even by a clock that was ahead. */
export function isQuiet({ at }: Told, now: Date): boolean {
  return at !== null && Math.abs(now.getTime() - Date.parse(at)) < NOTICE_LIMITS.quiet;
}

/** When the first of the domains is no longer quiet; null: none is. */
export function wakeAt(memo: NoticeMemo): Instant | null {
  let first: Instant | null = null;
  for (const { at } of Object.values(memo)) if (at !== null && (first === null || at < first)) first = at;
  return first === null ? null : instantFrom(Date.parse(first) + NOTICE_LIMITS.quiet);
}
