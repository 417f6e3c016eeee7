import type { Domain } from '@letterhead/shared';
import { findUnlikelyName } from '@letterhead/shared';
import type { Command } from 'commander';
import { restJson } from '../../rest-json.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, CommandResult, Target } from '../command-context.ts';
import { addAccountAction, attempt } from '../command-context.ts';
import { describeName, describeNewDomain } from '../domain-text.ts';
import { EXIT } from '../exit-code.ts';
import type { Terminal } from '../output.ts';
import { print, printError } from '../output.ts';

interface AddOptions extends AccountOptions {
  readonly selector?: string;
}

/** `letterhead domain add`: one domain, or many. */
export function addAddCommand(domain: Command, context: CommandContext): void {
  addAccountAction(
    domain
      .command('add')
      .argument('<names...>', 'one or more; - reads them from standard input, one per line')
      .description('add domains; prints the records to publish if it is one')
      .option('--selector <name>', 'a selector of your own, instead of a random one'),
    context,
    (target, options: AddOptions, [name = '', ...others]: readonly string[]) =>
      others.length === 0 && name !== '-'
        ? addOne(target, name, options)
        : addMany(target, options, [name, ...others], context),
  );
}

async function addOne(
  { letterhead, account }: Target,
  name: string,
  { selector }: AddOptions,
): Promise<CommandResult> {
  const added = await letterhead.domains.create.mutate({ account, domain: name, selector });
  const warning = findUnlikelyName(added.domain);
  const text = describeNewDomain(added);
  return { json: added, text: warning === null ? text : `${text}\n${warning}\n` };
}

/** Adds the names one by one and prints a line for each, so that an interruption leaves nothing unsaid. */
async function addMany(
  { letterhead, account }: Target,
  { json = false, selector }: AddOptions,
  names: readonly string[],
  context: CommandContext,
): Promise<null> {
  const { terminal, finish } = context;
  for await (const name of eachName(names, terminal)) {
    const add = () => letterhead.domains.create.mutate({ account, domain: name, selector });
    const { result: domain, error } = await attempt(add, context);
    if (error !== null) finish(EXIT.refused);
    if (json) await print(terminal.out, `${restJson({ name, domain, error })}\n`);
    else if (domain !== null) await print(terminal.out, `${describeAdded(domain)}\n`);
    else printError(terminal, `letterhead: ${inOneLine(`${name}: ${error.message}`)}\n`);
  }
  return null;
}

function describeAdded(added: Domain): string {
  const warning = findUnlikelyName(added.domain);
  return `Added ${describeName(added)}.${warning === null ? '' : ` ${warning}`}`;
}

async function* eachName(names: readonly string[], { lines }: Terminal): AsyncGenerator<string> {
  for (const name of names) {
    if (name !== '-') yield name;
    else for await (const line of lines?.() ?? []) if (line.trim() !== '') yield line.trim();
  }
}
