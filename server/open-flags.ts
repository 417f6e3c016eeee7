import { constants } from 'node:fs';

/** Undefined on Windows, where symbolic links are therefore followed. */
const { O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Flags for files of the data folder. Symbolic links are not followed: they could redirect a write to another file, or
 * pass another file off as ours. A named pipe in a file's place is empty, where its writer would be waited for.
 */
export const OPEN_FLAGS = {
  r: constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | O_NOFOLLOW,
  /** Creates a new file; fails with EEXIST if there is one. */
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW,
} as const;

export type OpenMode = keyof typeof OPEN_FLAGS;
