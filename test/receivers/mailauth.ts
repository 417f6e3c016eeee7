import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { Verdict } from './receiver.ts';

export const MAILAUTH = 'mailauth';

/** What mailauth, which runs in this process, says of a message while the key record is this text. */
export async function verifyWithMailauth(message: Buffer, record: string): Promise<Verdict> {
  const { results } = await dkimVerify(message, { resolver: async () => [[record]] });
  const [status] = results.map((one) => one.status);
  return { passes: status?.result === 'pass', said: `${status?.result} ${status?.comment ?? ''}` };
}
