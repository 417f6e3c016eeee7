import type { Domain, ErrorBody } from '@letterhead/shared';
import { ERROR_CATALOGUE, ExpirySchema, isId, LetterheadError, MAX_PAGE } from '@letterhead/shared';
import type { Command } from 'commander';
import type { Clock } from '../instant.ts';
import { CLI_LIMITS } from '../limits.ts';
import type { CopyReport } from '../store/copy.ts';
import type { CopyTarget, StoreTools } from '../store/open.ts';
import type { Connection, ConnectOptions } from './connection.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { type Columns, formatTable } from './layout.ts';
import type { Terminal } from './output.ts';
import { formatJson, print, printProgress, printText } from './output.ts';

export interface CommandLineDeps {
  readonly terminal: Terminal;
  readonly version: string;
  /** Rejects with a sentence that says what to set if neither a server nor the data folder is available. */
  readonly connect: (options: ConnectOptions) => Promise<Connection>;
  readonly serve: () => Promise<ExitCode>;
  readonly clock: Clock;
  /** Waits, unless the signal ends that before: then it rejects. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** The data folder that DATA_DIR names, not opened as a store. */
  readonly openFolder: () => Promise<StoreTools>;
  /** Brings the database to the schema of this version. */
  readonly migrate: () => Promise<void>;
  /** Copies between data folder and database; calls `onAccount` after each account. */
  readonly copyStore: (
    target: CopyTarget,
    onAccount: (verb: string, done: number, total: number) => void,
  ) => Promise<CopyReport>;
}

/** What every command gets: its dependencies, and `finish` to set the exit code. */
export interface CommandContext extends CommandLineDeps {
  readonly finish: (exit: ExitCode) => void;
}

export interface CommandOptions {
  readonly json?: boolean;
}

export interface AccountOptions extends CommandOptions {
  readonly account?: number;
}

/** Output of a command, for machines and for people. */
export interface CommandResult {
  /** The API's own value. */
  readonly json: unknown;
  /**
   * Values that other people chose are passed through `inOneLine`. A function if it takes further API calls, which
   * --json does not need, or has a table, which fits into `columns`.
   */
  readonly text: string | ((columns: number | undefined) => string | Promise<string>);
  readonly exit?: ExitCode;
}

/** A connection, and the account that the command is about. */
export interface Target extends Pick<Connection, 'letterhead' | 'shared' | 'url' | 'privateKey'> {
  readonly account: number;
}

/** Does a command's work; null if it has printed its output itself. */
type Run<Subject, Values extends unknown[], Options> = (
  subject: Subject,
  options: Options,
  ...values: Values
) => Promise<CommandResult | null>;

/** Gives a command its options, its connection and its output. */
export function addAction<Values extends unknown[], Options extends CommandOptions>(
  command: Command,
  context: CommandContext,
  run: Run<Connection, Values, Options>,
  connect: ConnectOptions = {},
): void {
  command.option('--json', 'print JSON').action(async (...given: unknown[]) => {
    // Commander passes the arguments, then the options, then the command itself.
    const options = given.at(-2) as Options;
    const values = given.slice(0, -2) as Values;
    await using connection = await context.connect(connect);
    try {
      const result = await run(connection, options, ...values);
      if (result !== null) await printResult(context, options, result);
    } catch (error) {
      throw connection.explain(error);
    }
  });
}

/** A list as a table, or the sentence that says that it is empty. */
export function listResult<Row>(
  rows: readonly Row[],
  columns: Columns<Row>,
  whenEmpty: string,
): CommandResult {
  return {
    json: rows,
    text: (width) => (rows.length === 0 ? whenEmpty : formatTable(rows, columns, width)),
  };
}

/** Sets the exit code and prints the result, as JSON if the options say so. */
export async function printResult(
  { terminal, finish }: CommandContext,
  options: CommandOptions,
  { json, text, exit = EXIT.done }: CommandResult,
): Promise<void> {
  finish(exit);
  if (options.json === true) await print(terminal.out, formatJson(json));
  else await printText(terminal, typeof text === 'string' ? text : await text(terminal.columns));
}

/** Like `addAction`, for a command about one account: the one that `--account` names, else the connection's own. */
export function addAccountAction<Values extends unknown[], Options extends AccountOptions>(
  command: Command,
  context: CommandContext,
  run: Run<Target, Values, Options>,
): void {
  command.option('--account <id>', 'the account, if not the token’s own', idParser('--account'));
  addAction<Values, Options>(command, context, async (connection, options, ...values) => {
    const account = options.account ?? (await connection.defaultAccount());
    return run({ ...connection, account }, options, ...values);
  });
}

/** Throws `UsageError` for a command that follows events, unless it calls a running server. */
export function requireServer({ shared }: Pick<Target, 'shared'>): void {
  if (shared) return;
  throw new UsageError('Only a running server can be followed: set LETTERHEAD_URL and LETTERHEAD_TOKEN.');
}

/** Parses an id; `what` is the subject of the error message. */
export function idParser(what: string): (text: string) => number {
  return (text) => {
    if (!isId(text)) throw new UsageError(`${what} is a number such as 1, which "${text}" is not.`);
    return Number(text);
  };
}

/** Parses when a token or a link expires. */
export function parseExpiry(text: string): Date {
  const { data: time } = ExpirySchema.safeParse(text);
  if (time === undefined) throw new UsageError(`"${text}" is not a time such as 2027-01-31T12:00:00Z.`);
  return time;
}

/** All domains of the account, by id. */
export async function* domainPages({ letterhead, account }: Target): AsyncGenerator<Domain[]> {
  for (let after: number | undefined; ; ) {
    const page = await letterhead.domains.list.query({ account, limit: MAX_PAGE, after });
    if (page.length > 0) yield page;
    if (page.length < MAX_PAGE) return;
    after = page.at(-1)?.id;
  }
}

export type Refusal = Pick<ErrorBody, 'message' | 'code'>;

/** What became of one of several calls. */
export type Attempt<Result> =
  | { readonly result: Result; readonly error: null }
  | { readonly result: null; readonly error: Refusal };

/**
 * Makes one of several calls, and again where the server allows no more for now, which a terminal is told meanwhile.
 * Rejects with what concerns all of them.
 */
export async function attempt<Result>(
  call: () => Promise<Result>,
  { terminal, pause }: CommandContext,
): Promise<Attempt<Result>> {
  for (;;) {
    try {
      return { result: await call(), error: null };
    } catch (thrown) {
      const error = await refusalOf(thrown);
      if (error.code !== 'rate_limited') return { result: null, error };
      printProgress(terminal, error.message);
      await pause(CLI_LIMITS.rateLimitPause);
      printProgress(terminal, '');
    }
  }
}

/** The error of a call that concerns what it named alone, or says to wait. Rejects with others. */
async function refusalOf(error: unknown): Promise<Refusal> {
  const { isLetterheadError } = await import('@letterhead/client');
  if (!isLetterheadError(error) || error.data == null) throw error;
  const { code, httpStatus } = error.data;
  if (httpStatus !== ERROR_CATALOGUE.invalid.status && code !== 'rate_limited') throw error;
  return { message: error.message, code };
}

/** Finds a domain by id or by name; no name is all digits. */
export async function findDomain({ letterhead, account }: Target, idOrName: string): Promise<Domain> {
  if (/^\d+$/.test(idOrName))
    return letterhead.domains.get.query({ account, id: idParser('A domain’s id')(idOrName) });
  const [found] = await letterhead.domains.list.query({ account, domain: idOrName });
  if (found !== undefined) return found;
  throw new LetterheadError(
    'not_found',
    `Account ${account} has no domain ${idOrName}: \`letterhead domain list\` shows those it has.`,
  );
}
