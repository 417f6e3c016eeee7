import type { Logger } from 'pino';
import { destination, pino } from 'pino';
import { escapeForTerminal, inOneLine } from './terminal-text.ts';

/** JSON lines on standard error; pretty on a terminal. Standard output is for what a command was asked for. */
export async function createLog(level: string, stderr: { readonly isTTY?: boolean }): Promise<Logger> {
  // Lines that go into a pipe are read on a terminal, too.
  if (stderr.isTTY !== true)
    return pino({ level, hooks: { streamWrite: escapeForTerminal } }, destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level, hooks: { streamWrite: escapeValues } },
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}

/** Escapes what a line of JSON means, for that is what is printed. A stack keeps its line breaks. */
function escapeValues(line: string): string {
  const values = JSON.parse(line, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return key === 'stack' ? escapeForTerminal(value) : inOneLine(value);
  });
  return `${JSON.stringify(values)}\n`;
}
