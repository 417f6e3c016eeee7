import type { Domain } from '@letterhead/shared';
import { registrableDomain } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AccountOptions, CommandContext, Target } from './command-context.ts';
import { addAccountAction } from './command-context.ts';
import { describeRecord, inBothSpellings } from './domain-text.ts';
import { findDomain } from './find-domain.ts';
import { formatJson, formatTable } from './output.ts';

const FORMATS = ['table', 'bind', 'json', 'text'] as const;

interface RecordsOptions extends AccountOptions {
  readonly format: (typeof FORMATS)[number];
}

/** `letterhead domain records`: what to publish, for a person, a zone file, a program or an e-mail. */
export function addRecordsCommand(domain: Command, context: CommandContext): void {
  addAccountAction(
    domain
      .command('records')
      .argument('<domain>', 'its name or its id')
      .description('print the records to publish')
      .addOption(
        new Option(
          '--format <format>',
          'bind: lines of a zone file; text: a message to whoever edits the DNS',
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

/** For the e-mail to somebody who knows the DNS form and nothing of Letterhead. */
function writeMessage(domain: Domain): string {
  const { dns_records } = domain;
  const zone = registrableDomain(domain);
  const many = dns_records.length > 1;
  return `Hello,

so that we can send mail as ${inBothSpellings(domain.domain)}, please add ${many ? 'these records' : 'this record'} to the DNS zone ${zone}:

${dns_records.map(describeRecord).join('\n')}
Copy ${many ? 'each value' : 'the value'} in full, as one line and without quotation marks. If the form wants the full
host name, add .${zone} to the host${many ? 's' : ''}. Nothing that is there now has to be changed or removed.

Thank you!
`;
}
