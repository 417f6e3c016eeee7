import { setTimeout as sleep } from 'node:timers/promises';
import type { Letterhead } from '@letterhead/client';

/** How long a listener has to hear of the last event, in milliseconds. */
const PATIENCE = 10_000;
const PAUSE = 50;

/** Somebody who listens to an account's events all the time, whatever happens to the server that tells of them. */
export class Listener {
  readonly account: number;
  readonly #heard: number[] = [];
  readonly #stream: { unsubscribe(): void };

  /** The client connects again by itself. */
  constructor(letterhead: Letterhead, account: number) {
    this.account = account;
    this.#stream = letterhead.events.stream.subscribe(
      { account, lastEventId: 0 },
      {
        onData: ({ data }) => {
          if (data.kind === 'event') this.#heard.push(data.event.id);
        },
      },
    );
  }

  /** Ends it. One sentence for each event up to `last` that it has missed, or heard of twice or too early. */
  async complaints(last: number): Promise<string[]> {
    const giveUpAt = Date.now() + PATIENCE;
    while ((this.#heard.at(-1) ?? 0) < last && Date.now() < giveUpAt) await sleep(PAUSE);
    this.#stream.unsubscribe();
    const heard = this.#heard.at(-1) ?? 0;
    const wrong = this.#heard.findIndex((id, at) => id !== at + 1);
    return [
      ...(heard < last ? [`the last event that it heard of is ${heard} of ${last}`] : []),
      ...(wrong === -1 ? [] : [`it heard of event ${this.#heard[wrong]} instead of ${wrong + 1}`]),
    ].map((complaint) => `a listener of account ${this.account}: ${complaint}`);
  }
}
