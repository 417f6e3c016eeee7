import { constants } from 'node:fs';

/** Undefined on Windows, where it counts as 0 and symbolic links are followed. */
const { O_NOFOLLOW } = constants;

/**
 * How files of the data folder are opened: never through a symbolic link in the file's place, which could lead what is
 * written, or what is believed, to another file.
 */
export const OPEN_FLAGS = {
  r: constants.O_RDONLY | O_NOFOLLOW,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | O_NOFOLLOW,
  /** A new file: fails with EEXIST where anything is there. */
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW,
} as const;

export type OpenMode = keyof typeof OPEN_FLAGS;
