import { randomBytes } from 'node:crypto';

/** Names for requests, by which the log can be searched: unlike those of any other start, and cheap to make. */
export function requestIds(): () => string {
  const start = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${start}-${count.toString(36)}`;
  };
}
