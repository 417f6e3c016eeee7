import { REQUEST_LIMITS } from '../limits.ts';
import { restJson } from '../rest-json.ts';
import type { Turns } from '../turns.ts';

/** From this many characters on, an answer is sent as bytes: of a text, Node would make two more copies. */
const LONG = 64 * 1024;

interface JoinedList {
  readonly elements: readonly unknown[];
  readonly bytes: Buffer;
}

/** Long lists that were put together last: each is sent again while it has the same elements. */
const joined: JoinedList[] = [];

/** `{"data": …}`, the envelope of every answer. A list is put together in slices. */
export function envelope(data: unknown, turns: Turns | undefined): string | Promise<string | Buffer> {
  return turns === undefined || !Array.isArray(data) ? `{"data":${restJson(data)}}` : joinList(data, turns);
}

async function joinList(data: readonly unknown[], turns: Turns): Promise<string | Buffer> {
  const known = joined.find(
    ({ elements }) =>
      elements.length === data.length && data.every((element, at) => element === elements[at]),
  );
  if (known !== undefined) return known.bytes;
  const elements = await turns.map(data, restJson);
  const last = elements.length - 1;
  if (last < 0) return '{"data":[]}';
  // Put around the joined list, the ends would make one more copy of it.
  elements[0] = `{"data":[${elements[0]}`;
  elements[last] = `${elements[last]}]}`;
  const json = elements.join();
  if (json.length < LONG) return json;
  const bytes = Buffer.from(json);
  joined.unshift({ elements: data, bytes });
  if (joined.length > REQUEST_LIMITS.joinedLists) joined.pop();
  return bytes;
}
