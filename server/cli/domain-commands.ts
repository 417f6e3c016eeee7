import type { DnsRecord, Domain } from '@letterhead/shared';
import type { Command } from 'commander';
import type { CommandNeeds, CommandOptions, Target } from './command-context.ts';
import { addAction } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { formatTable, formatTime } from './output.ts';

/** `letterhead domain …`: what the tRPC procedures `domains.*` do. A domain is named by its name or its id. */
export function addDomainCommands(
  program: Command,
  needs: CommandNeeds,
  finish: (exit: ExitCode) => void,
): void {
  const domain = program.command('domain').description('add domains, see and check their DNS records');

  addAction(
    domain.command('add <name>').description('add a domain and print the records to publish'),
    needs,
    finish,
    async ({ letterhead, account }, _options: CommandOptions, name: string) => {
      const added = await letterhead.domains.create.mutate({ account, domain: name });
      return { json: added, text: describeDomain(added) };
    },
  );

  addAction(
    domain.command('list').description('list the domains'),
    needs,
    finish,
    async ({ letterhead, account }) => {
      const domains = await letterhead.domains.list.query({ account });
      return { json: domains, text: formatDomains(domains) };
    },
  );

  addAction(
    domain.command('show <domain>').description('show a domain and its records'),
    needs,
    finish,
    async (target, _options: CommandOptions, domain: string) => {
      const shown = await findDomain(target, domain);
      return { json: shown, text: describeDomain(shown) };
    },
  );

  addAction(
    domain.command('rename <domain> <name>').description('give it another name, key and records'),
    needs,
    finish,
    async (target, _options: CommandOptions, domain: string, name: string) => {
      const { id } = await findDomain(target, domain);
      const renamed = await target.letterhead.domains.update.mutate({
        account: target.account,
        id,
        domain: name,
      });
      return { json: renamed, text: describeDomain(renamed) };
    },
  );

  addAction(
    domain.command('verify <domain>').description('ask DNS now; ends with 1 where it is not verified'),
    needs,
    finish,
    async (target, _options: CommandOptions, domain: string) => {
      const { id } = await findDomain(target, domain);
      const verified = await target.letterhead.domains.verifyDns.mutate({ account: target.account, id });
      return {
        json: verified,
        text: describeDomain(verified),
        exit: verified.verified ? EXIT.done : EXIT.notVerified,
      };
    },
  );

  addAction(
    domain.command('remove <domain>').description('remove a domain and its key'),
    needs,
    finish,
    async (target, _options: CommandOptions, domain: string) => {
      const { id, domain: name } = await findDomain(target, domain);
      await target.letterhead.domains.delete.mutate({ account: target.account, id });
      return { json: { id, domain: name, removed: true }, text: `Removed ${name}.\n` };
    },
  );
}

/** By id, or by exact name. */
export async function findDomain({ letterhead, account }: Target, idOrName: string): Promise<Domain> {
  if (/^\d+$/.test(idOrName)) return letterhead.domains.get.query({ account, id: Number(idOrName) });
  const [found] = await letterhead.domains.list.query({ account, domain: idOrName });
  if (found === undefined) {
    throw new UsageError(
      `Account ${account} has no domain ${idOrName}: \`letterhead domain list\` shows those it has.`,
    );
  }
  return found;
}

function formatDomains(domains: readonly Domain[]): string {
  if (domains.length === 0)
    return 'There are no domains yet: `letterhead domain add example.org` adds one.\n';
  return formatTable(
    ['ID', 'DOMAIN', 'VERIFIED', 'CREATED'],
    domains.map(({ id, domain, verified, created_at }) => [
      String(id),
      domain,
      verified ? 'yes' : 'no',
      formatTime(created_at),
    ]),
  );
}

function describeDomain({ id, domain, verified, dns_records }: Domain): string {
  const state = verified ? 'verified' : 'not verified';
  return `${domain} (domain ${id}) is ${state}.\n\n${dns_records.map(describeRecord).join('\n')}`;
}

function describeRecord({ label, type, hostname, value, verified }: DnsRecord): string {
  return [
    `${label}: ${verified ? 'verified' : 'not verified'}`,
    `  Type   ${type}`,
    `  Host   ${hostname}`,
    `  Value  ${value}`,
    '',
  ].join('\n');
}
