import type { Domain } from '@letterhead/shared';
import { recordFqdn, recordsEmail, registrableDomain } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AccountOptions, CommandContext, Target } from './command-context.ts';
import { addAccountAction, findDomain } from './command-context.ts';
import { withPunycode } from './domain-text.ts';
import { formatJson, formatTable } from './output.ts';

const FORMATS = ['table', 'bind', 'json', 'text'] as const;

interface RecordsOptions extends AccountOptions {
  readonly format: (typeof FORMATS)[number];
}

/** `letterhead domain records`: the records to publish, as a table, a zone file, JSON or an e-mail. */
export function addRecordsCommand(domain: Command, context: CommandContext): void {
  addAccountAction(
    domain
      .command('records')
      .argument('<domain>', 'its name or its id')
      .description('print the records to publish')
      .addOption(
        new Option(
          '--format <format>',
          'bind: lines of a zone file; text: an e-mail to the person who edits the DNS',
        )
          .choices(FORMATS)
          .default('table'),
      ),
    context,
    async (target, { format }: RecordsOptions, idOrName: string) => {
      const found = await findDomain(target, idOrName);
      return { json: found.dns_records, text: () => formatRecords(target, found, format) };
    },
  );
}

async function formatRecords(
  { letterhead, account }: Target,
  domain: Domain,
  format: RecordsOptions['format'],
): Promise<string> {
  switch (format) {
    case 'bind':
      return letterhead.domains.zoneFile.query({ account, id: domain.id });
    case 'json':
      return formatJson(domain.dns_records);
    case 'text':
      return writeMessage(domain);
    case 'table':
      return formatTable(
        ['TYPE', 'HOST', 'VALUE'],
        domain.dns_records.map(({ type, hostname, value }) => [type, hostname, value]),
      );
  }
}

function writeMessage(domain: Domain): string {
  const zone = registrableDomain(domain);
  const records = domain.dns_records.map(({ hostname, ...record }) => ({
    ...record,
    host: hostname,
    fqdn: recordFqdn(hostname, domain),
  }));
  return recordsEmail(withPunycode(domain.domain), withPunycode(zone), records);
}
