import { constants } from 'node:fs';

/** Undefined on Windows, where symbolic links are therefore followed. */
const { O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Not following symbolic links: they could redirect a write to another file, or pass another file off as ours. Not
 * waiting: a named pipe in the place of a file would hold a thread until somebody opens its other end.
 */
const SAFELY = O_NOFOLLOW | O_NONBLOCK;

/** Flags for files of the data folder. */
export const OPEN_FLAGS = {
  r: constants.O_RDONLY | SAFELY,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | SAFELY,
  /** Creates a new file; fails with EEXIST if there is one. */
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | SAFELY,
} as const;

export type OpenMode = keyof typeof OPEN_FLAGS;
