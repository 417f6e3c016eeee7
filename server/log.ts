import type { Logger } from 'pino';
import { destination, pino } from 'pino';
import { escapeForTerminal, inOneLine } from './terminal-text.ts';

/** Logs JSON lines to standard error; pretty ones on a terminal. Standard output is for the results of commands. */
export async function createLog(level: string, stderr: { readonly isTTY?: boolean }): Promise<Logger> {
  // Lines in a pipe or a file are often read on a terminal later.
  if (stderr.isTTY !== true)
    return pino({ level, hooks: { streamWrite: escapeForTerminal } }, destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level, hooks: { streamWrite: escapeValues } },
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}

/** Escapes the values of a JSON line, which are what is printed. Stacks keep their line breaks. */
function escapeValues(line: string): string {
  const values = JSON.parse(line, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return key === 'stack' ? escapeForTerminal(value) : inOneLine(value);
  });
  return `${JSON.stringify(values)}\n`;
}
