import type { DnsRecord, Domain } from '@letterhead/shared';
import { csvLine } from '@letterhead/shared';
import type { Command } from 'commander';
import { Option } from 'commander';
import { restJson, restTime } from '../../rest-json.ts';
import { activeRecordOf } from '../active-record.ts';
import type { AccountOptions, CommandContext, Target } from '../command-context.ts';
import { addAccountAction, domainPages } from '../command-context.ts';
import { UsageError } from '../exit-code.ts';
import { print } from '../output.ts';

const DOMAIN_COLUMNS = [
  'id',
  'account_id',
  'domain',
  'subdomain',
  'verified',
  'dkim_hostname',
  'dkim_value',
  'dkim_verified',
  'return_path_hostname',
  'return_path_value',
  'return_path_verified',
  'updated_at',
  'created_at',
] as const;

interface ExportOptions extends AccountOptions {
  readonly format: 'jsonl' | 'csv';
}

/** `letterhead export`: prints every domain of the account, page by page to bound memory. */
export function addExportCommand(program: Command, context: CommandContext): void {
  addAccountAction(
    program
      .command('export')
      .description('print all domains with their records, a line each')
      .addOption(
        new Option('--format <format>', 'jsonl: JSON as the API has it; the same as --json')
          .choices(['jsonl', 'csv'])
          .default('jsonl'),
      )
      .hook('preAction', (command) => {
        const { json, format } = command.opts<ExportOptions>();
        if (json === true && format === 'csv') throw new UsageError('Give --json or --format csv, not both.');
      }),
    context,
    async (target, { format }: ExportOptions) => {
      for await (const text of lines(target, format)) await print(context.terminal.out, text);
      return null;
    },
  );
}

async function* lines(target: Target, format: ExportOptions['format']): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(DOMAIN_COLUMNS);
  for await (const page of domainPages(target)) {
    const texts = page.map(async (domain) =>
      format === 'csv' ? csvLine(await toDomainCells(target, domain)) : `${restJson(domain)}\n`,
    );
    yield (await Promise.all(texts)).join('');
  }
}

/** Cells in the order of `DOMAIN_COLUMNS`; empty for missing values. */
async function toDomainCells(target: Target, domain: Domain): Promise<string[]> {
  return [
    String(domain.id),
    String(domain.account_id),
    domain.domain,
    domain.subdomain ?? '',
    String(domain.verified),
    ...recordCells(await activeRecordOf(target, domain)),
    ...recordCells(domain.dns_records.find(({ label }) => label === 'Return-Path')),
    restTime(domain.updated_at),
    restTime(domain.created_at),
  ];
}

function recordCells(record: DnsRecord | undefined): string[] {
  return record === undefined ? ['', '', ''] : [record.hostname, record.value, String(record.verified)];
}
