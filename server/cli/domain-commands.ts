import type { Command } from 'commander';
import type { AccountOptions, CommandContext, Target } from './command-context.ts';
import { addAccountAction } from './command-context.ts';
import { describeDiagnosis } from './diagnosis-text.ts';
import { describeNewDomain, formatDomains } from './domain-text.ts';
import { EXIT } from './exit-code.ts';
import { findDomain } from './find-domain.ts';
import { note } from './output.ts';
import { addRecordsCommand } from './records-command.ts';

const DOMAIN = ['<domain>', 'its name or its id'] as const;

/** `letterhead domain …`: what the tRPC procedures `domains.*` do. */
export function addDomainCommands(program: Command, context: CommandContext): void {
  const domain = program.command('domain').description('add domains, see and check their DNS records');

  addAccountAction(
    domain.command('add').argument('<name>').description('add a domain and print the records to publish'),
    context,
    async ({ letterhead, account }, _options: AccountOptions, name: string) => {
      const added = await letterhead.domains.create.mutate({ account, domain: name });
      return { json: added, text: describeNewDomain(added) };
    },
  );

  addAccountAction(
    domain.command('list').description('list the domains'),
    context,
    async ({ letterhead, account }) => {
      const domains = await letterhead.domains.list.query({ account });
      const text = async () => formatDomains(domains, await letterhead.domains.statuses.query({ account }));
      return { json: domains, text };
    },
  );

  addAccountAction(
    domain
      .command('show')
      .argument(...DOMAIN)
      .description('show its records, and what the last check saw of them'),
    context,
    async (target, _options: AccountOptions, idOrName: string) => {
      const shown = await findDomain(target, idOrName);
      return { json: shown, text: async () => describeDiagnosis(shown, await diagnose(target, shown.id)) };
    },
  );

  addAccountAction(
    domain
      .command('rename')
      .argument(...DOMAIN)
      .argument('<name>', 'the new name')
      .description('give it another name, key and records'),
    context,
    async (target, _options: AccountOptions, idOrName: string, name: string) => {
      const { letterhead, account } = target;
      const { id } = await findDomain(target, idOrName);
      const renamed = await letterhead.domains.update.mutate({ account, id, domain: name });
      return { json: renamed, text: describeNewDomain(renamed) };
    },
  );

  addAccountAction(
    domain
      .command('verify')
      .argument(...DOMAIN)
      .description('ask DNS now; ends with 1 where the domain is not verified'),
    context,
    async (target, _options: AccountOptions, idOrName: string) => {
      const { letterhead, account } = target;
      const { id, domain: name } = await findDomain(target, idOrName);
      note(context.terminal, `Asking the name servers of ${name}…`);
      const checked = await letterhead.domains.verifyDns.mutate({ account, id });
      return {
        json: checked,
        text: async () => describeDiagnosis(checked, await diagnose(target, id)),
        exit: checked.verified ? EXIT.done : EXIT.notVerified,
      };
    },
  );

  addRecordsCommand(domain, context);

  addAccountAction(
    domain
      .command('remove')
      .argument(...DOMAIN)
      .description('remove it and its key'),
    context,
    async (target, _options: AccountOptions, idOrName: string) => {
      const { id, domain: name } = await findDomain(target, idOrName);
      await target.letterhead.domains.delete.mutate({ account: target.account, id });
      return { json: { id, domain: name, removed: true }, text: `Removed ${name}.\n` };
    },
  );
}

function diagnose({ letterhead, account }: Target, id: number) {
  return letterhead.domains.diagnosis.query({ account, id });
}
