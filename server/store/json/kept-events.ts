import { FILE_LIMITS } from '../../limits.ts';
import { isAudited } from '../audited-events.ts';
import type { EventRow } from '../interface/events.ts';
import type { Folder } from './disk/folder.ts';
import { eventLine, linesOf, logHeader } from './event-lines.ts';

/** `events/<account>.kept.jsonl`: the audited events of segments that rotation has dropped. */
export function keptName(account: number): string {
  return `${account}.kept.jsonl`;
}

/**
 * Keeps what is audited in a segment that is about to be dropped; durable once this resolves. Can be repeated. The file
 * is replaced as a whole, and loses then what has become too old.
 */
export async function keepAudited(
  folder: Folder,
  account: number,
  segment: string,
  clock: () => Date,
): Promise<void> {
  const isToKeep = ({ type, at }: EventRow) =>
    isAudited(type) && clock().getTime() - Date.parse(at) <= FILE_LIMITS.auditedEventAge;
  async function* text(): AsyncGenerator<string> {
    yield logHeader(account);
    let last = 0;
    for (const name of [keptName(account), segment]) {
      for await (const { event } of linesOf(folder, name, account)) {
        // A crash after the last time may have left the segment, whose events are here already.
        if (event === null || event.id <= last || !isToKeep(event)) continue;
        last = event.id;
        yield eventLine(event);
      }
    }
  }
  for await (const { event } of linesOf(folder, segment, account))
    if (event !== null && isAudited(event.type)) return folder.replaceDurably(keptName(account), text());
}
