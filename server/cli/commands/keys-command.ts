import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Domain, Key } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import { messageOf } from '../../errno.ts';
import {
  EXPORT_FORMATS,
  type ExportedKey,
  type ExportFormat,
  exportFiles,
} from '../../keys/export-formats.ts';
import { CLI_LIMITS } from '../../limits.ts';
import { inOneLine } from '../../terminal-text.ts';
import { activeRecordOf } from '../active-record.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, domainPages, findDomain, requireServer } from '../command-context.ts';
import { UsageError } from '../exit-code.ts';
import { ExportFolder } from '../export-folder.ts';
import { type Columns, formatTable } from '../layout.ts';
import { count, formatTime, printError, printStatus } from '../output.ts';
import { addRotationCommands } from './rotation-commands.ts';

interface ExportOptions extends AccountOptions {
  readonly format: ExportFormat;
  readonly watch?: boolean;
  readonly unverified?: boolean;
  readonly reload?: string;
}

const KEY_COLUMNS: Columns<Key> = {
  ID: ({ id }) => id,
  SELECTOR: ({ selector }) => selector,
  BITS: ({ bits }) => bits,
  STATE: ({ state }) => state,
  CREATED: ({ created_at }) => formatTime(created_at),
  ACTIVATED: ({ activated_at }) => formatTime(activated_at),
  RETIRES: ({ retires_at }) => formatTime(retires_at),
};

/** `letterhead keys …`: the keys that sign, and their way to a mail server. */
export function addKeysCommands(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .description('list, rotate and revoke the keys of domains, and export them to a mail server');
  addAccountAction(
    keys
      .command('list')
      .argument('<domain>', 'its name or its id')
      .description('list a domain’s keys, without their private parts'),
    context,
    list,
  );
  addRotationCommands(keys, context);
  addAccountAction(
    keys
      .command('export')
      .argument('<folder>', 'where to write them')
      .description(
        'write the private keys of verified domains, and the tables by which a mail server finds them',
      )
      .addOption(
        new Option('--format <format>', 'for which mail server')
          .choices(EXPORT_FORMATS)
          .makeOptionMandatory(),
      )
      .option('--watch', 'go on and follow every change, until interrupted')
      .option('--reload <command>', 'run this after a change, such as "systemctl reload opendkim"')
      .option('--unverified', 'include domains whose record is not verified; on the data folder alone'),
    context,
    (target, options: ExportOptions, folder: string) => exportKeys(target, options, folder, context),
  );
}

async function list(target: Target, _options: AccountOptions, idOrName: string) {
  const { id } = await findDomain(target, idOrName);
  const keys = await target.letterhead.keys.list.query({ account: target.account, id });
  return { json: keys, text: (width?: number) => formatTable(keys, KEY_COLUMNS, width) };
}

async function exportKeys(target: Target, options: ExportOptions, folder: string, context: CommandContext) {
  if (options.unverified === true && target.shared)
    throw new UsageError('A server gives out keys of verified domains alone: --unverified needs DATA_DIR.');
  if (options.watch === true) requireServer(target);
  const exporter = new KeyExport(target, options, resolve(folder), context);
  if (options.watch === true) return follow(target, exporter, options, context);
  const { keys, isReloadFailed } = await exporter.run();
  if (isReloadFailed) throw reloadFailed(options.reload);
  return {
    json: { folder: exporter.folder.path, keys },
    text: `Exported ${count(keys, 'key')} to ${exporter.folder.path}.\n`,
  };
}

/** Names in paths and tables, so that no server writes anywhere else. */
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

function nameOf({ domain, selector }: Pick<ExportedKey, 'domain' | 'selector'>): string {
  return `${selector} ${domain}`;
}

class KeyExport {
  readonly folder: ExportFolder;
  readonly #target: Target;
  readonly #options: ExportOptions;
  readonly #context: CommandContext;
  /** What was fetched before: the key of a selector never changes. */
  #known: ReadonlyMap<string, ExportedKey> = new Map();

  constructor(target: Target, options: ExportOptions, path: string, context: CommandContext) {
    this.folder = new ExportFolder(path);
    this.#target = target;
    this.#options = options;
    this.#context = context;
  }

  /** Brings the folder up to date, and tells the mail server if that changed anything. */
  async run(): Promise<{ keys: number; isReloadFailed: boolean }> {
    const { format, reload } = this.#options;
    const keys = await this.#fetchKeys();
    const { keyFiles, tables } = exportFiles(format, this.folder.path, keys);
    const isChanged = await this.folder.replace(keyFiles, tables);
    const isReloadFailed =
      reload !== undefined && !(await this.folder.tell(isChanged, () => succeeds(reload, this.#context)));
    return { keys: keys.length, isReloadFailed };
  }

  /** Some at a time, so that a server writes the events of several together. */
  async #fetchKeys(): Promise<ExportedKey[]> {
    const keys = new Map<string, ExportedKey>();
    for await (const page of domainPages(this.#target)) {
      for (let at = 0; at < page.length; at += CLI_LIMITS.keysAtOnce) {
        const some = page.slice(at, at + CLI_LIMITS.keysAtOnce);
        for (const key of await Promise.all(some.map((domain) => this.#fetchKey(domain))))
          if (key !== null) keys.set(nameOf(key), key);
      }
    }
    this.#known = keys;
    return [...keys.values()];
  }

  /** Null for a domain that may not sign. */
  async #fetchKey(domain: Domain): Promise<ExportedKey | null> {
    const selector = await this.#selectorOf(domain);
    if (selector === null) return null;
    if (!NAME.test(domain.domain) || !NAME.test(selector))
      throw new LetterheadError(
        'unavailable',
        'The server’s answer has a domain or a selector that is no name. Is LETTERHEAD_URL right?',
      );
    const named = { domain: domain.domain, selector };
    const known = this.#known.get(nameOf(named));
    if (known !== undefined) return known;
    const key = await this.#target.privateKey(domain, selector);
    return key === null ? null : { ...named, key };
  }

  /** The selector that a domain signs with; null while it may not sign. */
  async #selectorOf(domain: Domain): Promise<string | null> {
    const record = await activeRecordOf(this.#target, domain);
    if (record === undefined || !(record.verified || this.#options.unverified === true)) return null;
    return record.hostname.split('._domainkey', 1)[0] ?? null;
  }
}

/** Exports now and after every event. Never resolves; rejects with what the server refuses for good. */
async function follow(
  target: Target,
  exporter: KeyExport,
  options: ExportOptions,
  context: CommandContext,
): Promise<never> {
  const { letterhead, account } = target;
  const { promise: failed, reject } = Promise.withResolvers<never>();
  let news = Promise.withResolvers<void>();
  const subscription = letterhead.events.stream.subscribe(
    { account },
    {
      onData({ data: item }) {
        if (item.kind !== 'event' || item.event.type !== 'key.delivered') news.resolve();
      },
      onError: reject,
    },
  );
  const exportAll = async (): Promise<never> => {
    for (;;) {
      await news.promise;
      // Renewed before the domains are read, so that no news is missed meanwhile.
      news = Promise.withResolvers();
      if (!(await tryToExport(exporter, options, context))) {
        await context.pause(CLI_LIMITS.exportRetry);
        news.resolve();
      }
    }
  };
  try {
    return await Promise.race([failed, exportAll()]);
  } finally {
    subscription.unsubscribe();
  }
}

/** False where it has to be tried again, and has said why. */
async function tryToExport(
  exporter: KeyExport,
  { reload }: ExportOptions,
  { terminal }: CommandContext,
): Promise<boolean> {
  try {
    const { keys, isReloadFailed } = await exporter.run();
    printStatus(terminal, `${exporter.folder.path} has ${count(keys, 'key')}.`);
    if (isReloadFailed) throw reloadFailed(reload);
    return true;
  } catch (error) {
    printError(terminal, `letterhead: ${inOneLine(messageOf(error))}\n`);
    return false;
  }
}

/** Runs a command of the operator's by their shell, with its output on our standard error. One that hangs is ended. */
async function succeeds(command: string, { pause, terminal }: CommandContext): Promise<boolean> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 2, 2],
    // A group of its own, so that what the shell has started ends with it.
    detached: process.platform !== 'win32',
  });
  const ended = new AbortController();
  pause(CLI_LIMITS.reload, ended.signal).then(
    () => {
      printError(
        terminal,
        `letterhead: --reload took over ${CLI_LIMITS.reload / 1000} seconds; it is ended.\n`,
      );
      endGroup(child);
    },
    () => {},
  );
  const [code] = await once(child, 'exit');
  ended.abort();
  return code === 0;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') child.kill();
  else process.kill(-child.pid, 'SIGKILL');
}

function reloadFailed(command = ''): LetterheadError {
  return new LetterheadError(
    'unavailable',
    `The keys are written, but the command of --reload failed: ${command}. Until the mail server reads them again, it signs as before.`,
  );
}
