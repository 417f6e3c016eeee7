import type { Domain } from '@letterhead/shared';
import { hasScope, recordFqdn, recordsEmail, registrableDomain, shownName } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, findDomain } from '../command-context.ts';
import { formatTable } from '../layout.ts';
import { formatJson } from '../output.ts';
import { linkOf } from './share-commands.ts';

const FORMATS = ['table', 'bind', 'json', 'text'] as const;

interface RecordsOptions extends AccountOptions {
  readonly format: (typeof FORMATS)[number];
  readonly link: boolean;
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
          'bind: lines of a zone file; text: an e-mail to the person who edits the DNS, with a share link',
        )
          .choices(FORMATS)
          .default('table'),
      )
      .option('--no-link', 'create no share link for the e-mail'),
    context,
    async (target, options: RecordsOptions, idOrName: string) => {
      const found = await findDomain(target, idOrName);
      return { json: found.dns_records, text: () => formatRecords(target, found, options) };
    },
  );
}

async function formatRecords(
  target: Target,
  domain: Domain,
  { format, link }: RecordsOptions,
): Promise<string> {
  const { letterhead, account } = target;
  switch (format) {
    case 'bind':
      return letterhead.domains.zoneFile.query({ account, id: domain.id });
    case 'json':
      return formatJson(domain.dns_records);
    case 'text':
      return writeMessage(target, domain, link);
    case 'table':
      return formatTable(domain.dns_records, {
        TYPE: ({ type }) => type,
        HOST: ({ hostname }) => hostname,
        VALUE: ({ value }) => value,
      });
  }
}

/** With a share link, where this is a server, and the token may create one. */
async function writeMessage(target: Target, domain: Domain, link: boolean): Promise<string> {
  const { letterhead, account, shared } = target;
  const token = shared ? await letterhead.tokens.current.query() : null;
  // Only administrators may read another account than that of their token.
  const sender =
    token?.account_id === account ? token.account : await letterhead.accounts.get.query({ account });
  const mayShare = link && token !== null && hasScope(token.scopes, 'domains:write');
  const share = mayShare ? await letterhead.shares.create.mutate({ account, id: domain.id }) : null;
  return recordsEmail({
    domain: withPunycode(domain.domain),
    zone: withPunycode(registrableDomain(domain)),
    records: domain.dns_records.map(({ hostname, ...record }) => ({
      ...record,
      host: hostname,
      fqdn: recordFqdn(hostname, domain),
    })),
    sender: inOneLine(shownName(sender)),
    share: share === null ? null : { ...share, url: linkOf(share, target) },
  });
}
