import type { Command } from 'commander';
import type { Connection } from './connection.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';
import type { Terminal } from './output.ts';
import { formatJson } from './output.ts';

/** What a command line is run with. */
export interface CommandNeeds {
  readonly terminal: Terminal;
  readonly version: string;
  readonly connect: () => Promise<Connection>;
  readonly serve: () => Promise<ExitCode>;
}

/** What a command is told beside its arguments: the options that each of them takes. */
export interface CommandOptions {
  readonly json?: boolean;
  readonly account?: string;
}

/** What a command has to say: for machines, and for people. */
export interface CommandResult {
  readonly json: unknown;
  readonly text: string;
  readonly exit?: ExitCode;
}

/** A connection, and the account that the command is about. */
export interface Target {
  readonly letterhead: Connection['letterhead'];
  readonly account: number;
}

/** Gives a command its options, its connection and its output. */
export function addAction<Arguments extends string[], Options extends CommandOptions>(
  command: Command,
  needs: CommandNeeds,
  finish: (exit: ExitCode) => void,
  run: (target: Target, options: Options, ...values: Arguments) => Promise<CommandResult>,
): Command {
  return command
    .option('--json', 'print JSON')
    .option('--account <id>', 'the account, where it is not the token’s own')
    .action(async (...given: unknown[]) => {
      // Commander passes the arguments, then the options, then the command itself.
      const options = given.at(-2) as Options;
      const values = given.slice(0, -2) as Arguments;
      await using connection = await needs.connect();
      const account =
        options.account === undefined
          ? await connection.defaultAccount()
          : parseId(options.account, '--account');
      const result = await run({ letterhead: connection.letterhead, account }, options, ...values);
      needs.terminal.out.write(options.json === true ? formatJson(result.json) : result.text);
      finish(result.exit ?? EXIT.done);
    });
}

/** A number as it is typed. */
export function parseId(text: string, what: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new UsageError(`${what} is a number such as 1, which "${text}" is not.`);
  return Number(text);
}
