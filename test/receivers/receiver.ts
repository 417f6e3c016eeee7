import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

/** What a receiver of mail said of one message. */
export interface Verdict {
  readonly passes: boolean;
  readonly said: string;
}

export const NOTHING: Verdict = { passes: false, said: 'nothing' };

/** A message whose signature is to be verified, as a file. */
export interface MessageFile {
  /** Relative to the folder that all of a batch are in. */
  readonly file: string;
  readonly message: Buffer;
}

/** Software that verifies DKIM signatures, and that its users get from somebody else than us. */
export interface Receiver {
  readonly name: string;
  /** Tells whether the machine has it: a command that succeeds then. */
  readonly probe: readonly [command: string, ...args: string[]];
  /** Verifies messages in files of this folder, in one process for all of them. */
  verify(folder: string, messages: readonly MessageFile[]): Promise<Verdict[]>;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly folder?: string;
}

/** What a program writes, both streams of it as one. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: options.folder, stdio: ['pipe', 'pipe', 'pipe'] });
  // One that ends before it has read everything has said what it had to say.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [out, error] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return out.toString('latin1') + error.toString('latin1');
}

/** Whether a program is there and ends well. */
export async function succeeds([command, ...args]: Receiver['probe']): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** One verdict a message, of lines `<file> <what was said>`; `pass` is the beginning of what is said of a good one. */
export function verdictsFromLines(lines: string, messages: readonly MessageFile[], pass: string): Verdict[] {
  const said = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const [, file = '', text = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    said.set(file, text);
  }
  return messages.map(({ file }) => {
    const text = said.get(file) ?? 'nothing';
    return { passes: text.startsWith(pass), said: text };
  });
}
