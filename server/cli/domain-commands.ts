import type { Command } from 'commander';
import type { AccountOptions, CommandContext, CommandResult, Target } from './command-context.ts';
import { addAccountAction, findDomain } from './command-context.ts';
import {
  describeDiagnosis,
  describeName,
  describeNewDomain,
  formatDomains,
  withPunycode,
} from './domain-text.ts';
import { EXIT, UsageError } from './exit-code.ts';
import type { Terminal } from './output.ts';
import { printStatus } from './output.ts';
import { addRecordsCommand } from './records-command.ts';

interface RemoveOptions extends AccountOptions {
  readonly yes?: boolean;
}

const DOMAIN = ['<domain>', 'its name or its id'] as const;

/** `letterhead domain …`: the procedures `domains.*`. */
export function addDomainCommands(program: Command, context: CommandContext): void {
  const domain = program.command('domain').description('add domains, show and check their DNS records');
  const domainCommand = (name: string, description: string) =>
    domain
      .command(name)
      .argument(...DOMAIN)
      .description(description);

  addAccountAction(
    domain.command('add').argument('<name>').description('add a domain and print the records to publish'),
    context,
    add,
  );
  addAccountAction(domain.command('list').description('list the domains'), context, list);
  addAccountAction(domainCommand('show', 'show its records and what the last check found'), context, show);
  addAccountAction(
    domainCommand('rename', 'give it another name, key and records').argument('<name>', 'the new name'),
    context,
    rename,
  );
  addAccountAction(
    domainCommand('verify', 'check its DNS records now; exits with 1 if the domain is not verified'),
    context,
    (target, _options: AccountOptions, idOrName: string) => verify(target, idOrName, context.terminal),
  );
  addRecordsCommand(domain, context);
  addAccountAction(
    domainCommand('remove', 'remove it and its key; asks first on a terminal').option('--yes', 'do not ask'),
    context,
    (target, options: RemoveOptions, idOrName: string) => remove(target, options, idOrName, context.terminal),
  );
}

async function add({ letterhead, account }: Target, _options: AccountOptions, name: string) {
  const added = await letterhead.domains.create.mutate({ account, domain: name });
  return { json: added, text: describeNewDomain(added) };
}

async function list({ letterhead, account }: Target) {
  const domains = await letterhead.domains.list.query({ account });
  const text = async () => formatDomains(domains, await letterhead.domains.statuses.query({ account }));
  return { json: domains, text };
}

async function show(target: Target, _options: AccountOptions, idOrName: string) {
  const shown = await findDomain(target, idOrName);
  return { json: shown, text: async () => describeDiagnosis(shown, await diagnose(target, shown.id)) };
}

async function rename(target: Target, _options: AccountOptions, idOrName: string, name: string) {
  const { letterhead, account } = target;
  const { id } = await findDomain(target, idOrName);
  const renamed = await letterhead.domains.update.mutate({ account, id, domain: name });
  return { json: renamed, text: describeNewDomain(renamed) };
}

async function verify(target: Target, idOrName: string, terminal: Terminal): Promise<CommandResult> {
  const { letterhead, account } = target;
  const { id, domain: name } = await findDomain(target, idOrName);
  printStatus(terminal, `Asking the name servers of ${withPunycode(name)}…`);
  const checked = await letterhead.domains.verifyDns.mutate({ account, id });
  return {
    json: checked,
    text: async () => describeDiagnosis(checked, await diagnose(target, id)),
    exit: checked.verified ? EXIT.done : EXIT.notVerified,
  };
}

async function remove(
  target: Target,
  { yes = false }: RemoveOptions,
  idOrName: string,
  { prompt }: Terminal,
) {
  const found = await findDomain(target, idOrName);
  const { id, domain: name } = found;
  // Without a terminal nobody can answer, so a script is not asked.
  if (!yes && prompt !== null) {
    const what = `This removes ${describeName(found)} and its key, for good: added again, it gets other records to publish.`;
    const answer = await prompt(`${what}\nRemove it? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was removed.');
  }
  await target.letterhead.domains.delete.mutate({ account: target.account, id });
  return { json: { id, domain: name, removed: true }, text: `Removed ${withPunycode(name)}.\n` };
}

function diagnose({ letterhead, account }: Target, id: number) {
  return letterhead.domains.diagnosis.query({ account, id });
}
