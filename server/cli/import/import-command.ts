import type { ImportedKey } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import { messageOf } from '../../errno.ts';
import { CLI_LIMITS } from '../../limits.ts';
import { restJson } from '../../rest-json.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, Refusal, Target } from '../command-context.ts';
import { addAccountAction, attempt } from '../command-context.ts';
import { EXIT } from '../exit-code.ts';
import { print, printProgress } from '../output.ts';
import type { KeySource } from './key-files.ts';
import { IMPORT_FORMATS, type ImportFormat, listKeySources } from './key-sources.ts';

interface ImportOptions extends AccountOptions {
  readonly format: ImportFormat;
  readonly unproved?: boolean;
  readonly dryRun?: boolean;
}

interface Report {
  readonly from: string;
  readonly domain: string | null;
  readonly selector: string | null;
  readonly result: ImportedKey | null;
  readonly error: Refusal | null;
}

/** `letterhead import`: domains with their keys from another installation. Run again, it goes on where it ended. */
export function addImportCommand(program: Command, context: CommandContext): void {
  addAccountAction(
    program
      .command('import')
      .argument('<path>', 'the tables, the folder or the file that has the keys')
      .description('add domains with the selectors and keys that they have elsewhere')
      .addOption(
        new Option('--format <format>', 'what the path has').choices(IMPORT_FORMATS).makeOptionMandatory(),
      )
      .option('--unproved', 'take keys without looking for them in the DNS')
      .option('--dry-run', 'say what would be done, and change nothing'),
    context,
    (target, options: ImportOptions, path: string) => importKeys(target, options, path, context),
  );
}

/**
 * Imports some domains at a time, and prints a line for each key as it ends, so that an interruption leaves nothing
 * unsaid. Of several keys of a domain, the first one is taken.
 */
async function importKeys(target: Target, options: ImportOptions, path: string, context: CommandContext) {
  const { terminal, finish } = context;
  const sources = await listKeySources(options.format, path);
  const counts = { imported: 0, importable: 0, unchanged: 0, refused: 0 };
  const left = Map.groupBy(sources, nameOf).values();
  const work = async () => {
    for await (const report of importEach(left, target, options, context)) {
      counts[report.result?.outcome ?? 'refused'] += 1;
      printProgress(terminal, '');
      await print(terminal.out, options.json === true ? `${restJson(report)}\n` : describe(report));
      const done = Object.values(counts).reduce((sum, count) => sum + count);
      printProgress(terminal, `${done} of ${sources.length}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CLI_LIMITS.keysAtOnce }, work));
  } finally {
    printProgress(terminal, '');
  }
  if (counts.refused > 0) finish(EXIT.refused);
  if (options.json !== true) await print(terminal.out, summary(counts));
  return null;
}

/** The domain, as far as its spelling matters here: the server tells apart what is left. */
function nameOf(source: KeySource): string {
  return 'problem' in source ? source.from : source.domain.toLowerCase().replace(/\.$/, '');
}

/** Takes groups of one domain's keys, and imports the keys of each one after the other. */
async function* importEach(
  groups: Iterable<readonly KeySource[]>,
  target: Target,
  options: ImportOptions,
  context: CommandContext,
): AsyncGenerator<Report> {
  for (const sources of groups) {
    let taken: Report | null = null;
    for (const source of sources) {
      const report = await importOne(target, options, source, context);
      const isImportable = report.result?.outcome === 'importable';
      // A dry run leaves no domain behind that would refuse the keys after it.
      yield isImportable && taken !== null ? { ...report, result: null, error: alreadyTaken(taken) } : report;
      if (isImportable) taken ??= report;
    }
  }
}

function alreadyTaken({ from, selector }: Report): Refusal {
  const message = `A domain has one key here, and would have that of selector ${selector} (${from}) already.`;
  return { message, code: 'domain_taken' };
}

async function importOne(
  { letterhead, account }: Target,
  options: ImportOptions,
  source: KeySource,
  context: CommandContext,
): Promise<Report> {
  if ('problem' in source) {
    const error = { message: source.problem, code: 'invalid' } as const;
    return { from: source.from, domain: null, selector: null, result: null, error };
  }
  const { from, domain, selector } = source;
  const named = { from, domain, selector };
  let privateKey: string;
  try {
    privateKey = await source.key();
  } catch (error) {
    return { ...named, result: null, error: { message: messageOf(error), code: 'invalid' } };
  }
  const input = {
    account,
    domain,
    selector,
    private_key: privateKey,
    unproved: options.unproved === true,
    dry_run: options.dryRun === true,
  };
  return { ...named, ...(await attempt(() => letterhead.keys.import.mutate(input), context)) };
}

const DONE: Record<ImportedKey['outcome'], string> = {
  imported: 'Imported',
  importable: 'Would import',
  unchanged: 'Unchanged:',
};

function describe({ from, domain, selector, result, error }: Report): string {
  if (domain === null) return `${inOneLine(`Refused ${from}: ${error?.message}`)}\n`;
  const name = `${domain === '' ? 'no domain' : domain}, selector ${selector}`;
  if (result === null) return `${inOneLine(`Refused ${name}: ${error?.message} (${from})`)}\n`;
  const found = result.proved ? 'found in the DNS' : 'not proved';
  const warnings = result.warnings.map((warning) => ` ${warning}`).join('');
  return `${inOneLine(`${DONE[result.outcome]} ${name}, ${result.bits} bits, ${found}.${warnings}`)}\n`;
}

function summary({ imported, importable, unchanged, refused }: Record<string, number>): string {
  const done = importable === 0 ? `${imported} imported` : `${importable} to be imported`;
  return `${done}, ${unchanged} unchanged, ${refused} refused.\n`;
}
