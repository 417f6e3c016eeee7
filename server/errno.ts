/** Meaning of errno codes, as the end of a sentence that has named the file or folder. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no access to it',
  EPERM: 'this user has no access to it',
  EROFS: 'its disk can only be read',
  EIO: 'its disk failed',
  ENOSPC: 'its disk is full',
  EDQUOT: 'this user’s share of its disk is full',
  EEXIST: 'a file stands where a folder is needed',
  ENOTDIR: 'a file stands where a folder is needed',
  ERR_FS_EISDIR: 'a folder stands where a file is needed',
  EISDIR: 'a folder stands where a file is needed',
  ENOENT: 'nothing can be made there',
  ELOOP: 'a symbolic link stands in its place',
  ESPIPE: 'a pipe stands where a file is needed',
  ENXIO: 'a pipe or a socket stands where a file is needed',
  ENAMETOOLONG: 'its name is too long',
};

/** What the system or a library calls the failure: `ENOSPC`, `EIO`, …; undefined where it has no such name. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The result, or null where the file is not there. Every other failure stays one. */
export async function unlessMissing<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Explains in words why access to a file or folder failed; null for other errors. */
export function describeErrno(error: unknown): string | null {
  return REASONS[errorCode(error) ?? ''] ?? null;
}

/** Why access to a file or folder failed: in words where there are some, else as the system says it. */
export function describeFileError(error: unknown): string {
  return describeErrno(error) ?? messageOf(error);
}

/** Message of a thrown value, which need not be an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
