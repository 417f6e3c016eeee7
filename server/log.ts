import type { Logger } from 'pino';
import { destination, pino } from 'pino';

/** JSON lines on standard error; pretty on a terminal. Standard output is for what a command was asked for. */
export async function createLog(level: string, stderr: { readonly isTTY?: boolean }): Promise<Logger> {
  if (stderr.isTTY !== true) return pino({ level }, destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level },
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}
