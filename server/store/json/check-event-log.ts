import { messageOf } from '../../errno.ts';
import { checkHeader, readLines } from './event-lines.ts';
import { EventLog } from './event-log.ts';
import { unlessMissing } from './file-system.ts';
import type { Folder } from './folder.ts';
import type { AccountFile } from './formats.ts';

export interface FolderProblem {
  /** Relative to the data folder. */
  readonly file: string;
  /** A sentence that says what is wrong, and names nothing that is secret. */
  readonly message: string;
}

/** What is wrong with an account's log of events, as far as the account's own file does not make up for it. */
export async function checkEventLog(events: Folder, account: AccountFile): Promise<FolderProblem[]> {
  const problems: FolderProblem[] = [];
  const [current, older, kept] = EventLog.namesOf(account.account);
  let lastId = 0;
  for (const name of [kept, older, current]) {
    if (name === undefined) continue;
    // What was kept may be in the older log as well.
    if (name === older) lastId = 0;
    const file = `events/${name}`;
    const note = (message: string) => problems.push({ file, message });
    try {
      lastId = await checkLines(events, name, account.account, lastId, note);
    } catch (error) {
      note(`${messageOf(error)}.`);
      return problems;
    }
  }
  const from = account.last_event_id - account.outbox.length;
  if (lastId < from) {
    const message = `The events ${lastId + 1} to ${from} of account ${account.account} are missing.`;
    problems.push({ file: `events/${current}`, message });
  }
  return problems;
}

/** The id of the last event; `lastId`, that of the event before the file, where there is none. */
async function checkLines(
  events: Folder,
  name: string,
  account: number,
  lastId: number,
  note: (message: string) => void,
): Promise<number> {
  const file = await unlessMissing(events.fileSystem.open(events.file(name), 'r'));
  if (file === null) return lastId;
  let damaged = 0;
  let last = lastId;
  try {
    await checkHeader(file, `events/${name}`, account);
    for await (const { event, offset, complete } of readLines(file, 0)) {
      // A last line without an end was torn by a crash, or is being written: the account's file has it too.
      if (event === null && complete && offset > 0) damaged++;
      if (event !== null && event.id <= last) note(`events/${name} holds event ${event.id} out of order.`);
      last = Math.max(last, event?.id ?? 0);
    }
  } finally {
    await file.close();
  }
  if (damaged > 0)
    note(`events/${name} has ${damaged === 1 ? 'a line' : `${damaged} lines`} that cannot be read.`);
  return last;
}
