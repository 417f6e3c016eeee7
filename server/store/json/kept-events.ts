import { FILE_LIMITS } from '../../limits.ts';
import { isAudited } from '../audited-events.ts';
import type { EventRow } from '../interface/events.ts';
import type { Folder } from './disk/folder.ts';
import { type EventLine, eventLine, linesOf, logHeader } from './event-lines.ts';

/**
 * `events/<account>.kept.jsonl`: the audited events of segments that rotation has dropped. It is replaced as a whole,
 * and loses then what has become too old.
 */
export class KeptEvents {
  readonly #folder: Folder;
  readonly #account: number;
  readonly #clock: () => Date;
  readonly name: string;

  constructor(folder: Folder, account: number, clock: () => Date) {
    this.#folder = folder;
    this.#account = account;
    this.#clock = clock;
    this.name = `${account}.kept.jsonl`;
  }

  /** Keeps what is audited in a segment that is about to be dropped; durable once this resolves. Can be repeated. */
  async keepFrom(segment: string): Promise<void> {
    if (await this.#hasAudited(segment)) {
      await this.#folder.replaceDurably(this.name, this.#textWith(segment));
    }
  }

  async #hasAudited(segment: string): Promise<boolean> {
    for await (const { event } of this.#linesOf(segment)) {
      if (event !== null && isAudited(event.type)) return true;
    }
    return false;
  }

  async *#textWith(segment: string): AsyncGenerator<string> {
    yield logHeader(this.#account);
    let last = 0;
    for (const name of [this.name, segment]) {
      for await (const { event } of this.#linesOf(name)) {
        // A crash after the last time may have left the segment, whose events are here already.
        if (event === null || event.id <= last || !this.#isToKeep(event)) continue;
        last = event.id;
        yield eventLine(event);
      }
    }
  }

  #isToKeep({ type, at }: EventRow): boolean {
    return isAudited(type) && this.#clock().getTime() - Date.parse(at) <= FILE_LIMITS.auditedEventAge;
  }

  #linesOf(name: string): AsyncGenerator<EventLine> {
    return linesOf(this.#folder, name, this.#account);
  }
}
