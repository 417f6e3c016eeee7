import type { Domain, Status } from '@letterhead/shared';
import { needsAttention, StatusSchema } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import { MINUTE } from '../../instant.ts';
import { CLI_LIMITS } from '../../limits.ts';
import type { AccountOptions, CommandContext, CommandResult, Target } from '../command-context.ts';
import { addAccountAction, findDomain, idParser } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { describeDiagnosis, describeName, describeNewDomain, formatDomains } from '../domain-text.ts';
import { EXIT } from '../exit-code.ts';
import type { Terminal } from '../output.ts';
import { printStatus } from '../output.ts';
import { addAddCommand } from './add-command.ts';
import { addRecordsCommand } from './records-command.ts';

interface RemoveOptions extends AccountOptions {
  readonly yes?: boolean;
}

interface ListOptions extends AccountOptions {
  readonly status?: Status;
  readonly attention?: boolean;
  readonly limit?: number;
}

interface VerifyOptions extends AccountOptions {
  /** True without a number of minutes. */
  readonly wait?: number | true;
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

  addAddCommand(domain, context);
  addAccountAction(
    domain
      .command('list')
      .description('list the domains')
      .addOption(new Option('--status <status>', 'only those with this status').choices(StatusSchema.options))
      .option('--attention', 'only those where somebody has to act')
      .option('--limit <n>', 'only the first <n>', idParser('--limit')),
    context,
    list,
  );
  addAccountAction(domainCommand('show', 'show its records and what the last check found'), context, show);
  addAccountAction(
    domainCommand('rename', 'give it another name, key and records').argument('<name>', 'the new name'),
    context,
    rename,
  );
  addAccountAction(
    domainCommand('verify', 'check its DNS records now; exits with 1 if the domain is not verified').option(
      '--wait [minutes]',
      `check again every ${CLI_LIMITS.waitInterval / 1000} seconds until it is verified, for ${CLI_LIMITS.waitMinutes} minutes by default`,
      idParser('--wait'),
    ),
    context,
    (target, options: VerifyOptions, idOrName: string) => verify(target, options, idOrName, context),
  );
  addRecordsCommand(domain, context);
  addAccountAction(
    domainCommand(
      'delegate',
      'have its keys in the zone of this Letterhead, behind two CNAME records',
    ).option('--off', 'publish its key by a TXT record again'),
    context,
    delegate,
  );
  addAccountAction(
    domainCommand('remove', 'remove it and its key; asks for confirmation in a terminal').option(
      '--yes',
      'do not ask',
    ),
    context,
    (target, options: RemoveOptions, idOrName: string) => remove(target, options, idOrName, context.terminal),
  );
}

async function list({ letterhead, account }: Target, { status, attention = false, limit }: ListOptions) {
  const [domains, statuses] = await Promise.all([
    letterhead.domains.list.query({ account }),
    letterhead.domains.statuses.query({ account }),
  ]);
  const statusOf = new Map(statuses.map((one) => [one.id, one]));
  const isWanted = ({ id }: Domain) => {
    const found = statusOf.get(id);
    if (found === undefined) return status === undefined && !attention;
    return (status === undefined || found.status === status) && (!attention || needsAttention(found));
  };
  const listed = domains.filter(isWanted).slice(0, limit);
  return {
    json: listed.map((domain) => {
      const { status: found = null, code = null, severity = null } = statusOf.get(domain.id) ?? {};
      return { ...domain, status: found, code, severity };
    }),
    text: (columns?: number) =>
      listed.length > 0 ? formatDomains(listed, statusOf, columns) : describeNoDomains(status, attention),
  };
}

function describeNoDomains(status: Status | undefined, attention: boolean): string {
  if (attention) return 'No domain needs attention.\n';
  return status === undefined
    ? 'There are no domains yet: `letterhead domain add example.org` adds one.\n'
    : `No domain has the status ${status}.\n`;
}

async function show(target: Target, _options: AccountOptions, idOrName: string) {
  const shown = await findDomain(target, idOrName);
  return { json: shown, text: async () => describeDiagnosis(shown, await diagnose(target, shown.id)) };
}

async function rename(target: Target, _options: AccountOptions, idOrName: string, name: string) {
  const { letterhead, account } = target;
  const { id } = await findDomain(target, idOrName);
  const renamed = await letterhead.domains.update.mutate({ account, id, domain: name });
  return { json: renamed, text: describeNewDomain(renamed, 'Renamed to') };
}

async function verify(
  target: Target,
  { wait }: VerifyOptions,
  idOrName: string,
  { terminal, pause }: CommandContext,
): Promise<CommandResult> {
  const { letterhead, account } = target;
  const { waitInterval, waitMinutes } = CLI_LIMITS;
  const { id, domain: name } = await findDomain(target, idOrName);
  let waits = ((wait === true ? waitMinutes : (wait ?? 0)) * MINUTE) / waitInterval;
  for (;;) {
    printStatus(terminal, `Asking the name servers of ${withPunycode(name)}…`);
    const checked = await letterhead.domains.verifyDns.mutate({ account, id });
    if (checked.verified || waits <= 0) {
      return {
        json: checked,
        text: async () => describeDiagnosis(checked, await diagnose(target, id)),
        exit: checked.verified ? EXIT.done : EXIT.notVerified,
      };
    }
    waits -= 1;
    printStatus(terminal, `Not verified yet; checking again in ${waitInterval / 1000} seconds.`);
    await pause(waitInterval);
  }
}

interface DelegateOptions extends AccountOptions {
  readonly off?: boolean;
}

async function delegate(target: Target, { off = false }: DelegateOptions, idOrName: string) {
  const { letterhead, account } = target;
  const { id, domain: name } = await findDomain(target, idOrName);
  const delegation = await letterhead.domains.setDelegation.mutate({ account, id, delegated: !off });
  const kind = off ? 'a TXT record' : 'two CNAME records';
  const text =
    delegation.pending === null
      ? `The key of ${withPunycode(name)} is published by ${kind} already.\n`
      : `Publish what \`letterhead domain records ${withPunycode(name)}\` lists, and keep the records that are there: signing moves once the new ones are found.\n`;
  return { json: delegation, text };
}

async function remove(target: Target, { yes = false }: RemoveOptions, idOrName: string, terminal: Terminal) {
  const found = await findDomain(target, idOrName);
  const { id, domain: name } = found;
  if (!yes) {
    const what = `This removes ${describeName(found)} and its key, for good: added again, it gets other records to publish.`;
    await confirm(terminal, `${what}\nRemove it?`, 'Nothing was removed.');
  }
  await target.letterhead.domains.delete.mutate({ account: target.account, id });
  return { json: { id, domain: name, removed: true }, text: `Removed ${withPunycode(name)}.\n` };
}

function diagnose({ letterhead, account }: Target, id: number) {
  return letterhead.domains.diagnosis.query({ account, id });
}
