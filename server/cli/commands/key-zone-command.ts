import type { KeyZoneStatus, ZoneDifference } from '@letterhead/shared';
import type { Command } from 'commander';
import { inOneLine } from '../../terminal-text.ts';
import type { CommandContext } from '../command-context.ts';
import { addAction } from '../command-context.ts';
import type { Connection } from '../connection.ts';
import { EXIT } from '../exit-code.ts';
import { count, formatTime } from '../output.ts';

/** `letterhead key-zone …`: the zone that the keys of domains are in. */
export function addKeyZoneCommands(program: Command, context: CommandContext): void {
  const keyZone = program
    .command('key-zone')
    .description('look at, repair and export the zone that keys of domains are in');
  addAction(keyZone.command('status').description('show how it is'), context, status);
  addAction(
    keyZone
      .command('compare')
      .description(
        'list the names that hold something else than they are to hold; exits with 1 if there are any',
      ),
    context,
    compare,
  );
  addAction(
    keyZone.command('repair').description('put right what differs; names of others are not touched'),
    context,
    repair,
  );
  addAction(
    keyZone.command('export').description('print what it is to hold, as lines of a zone file'),
    context,
    exportZone,
  );
}

async function status({ letterhead, shared }: Connection) {
  const found = await letterhead.keyZone.status.query();
  return { json: found, text: describeStatus(found, shared) };
}

async function compare({ letterhead }: Connection) {
  const differences = await letterhead.keyZone.compare.mutate();
  return {
    json: differences,
    text: differences.length === 0 ? 'The zone is as it is to be.\n' : listDifferences(differences),
    exit: differences.length === 0 ? EXIT.done : EXIT.notVerified,
  };
}

async function repair({ letterhead }: Connection) {
  const differences = await letterhead.keyZone.repair.mutate();
  return {
    json: differences,
    text:
      differences.length === 0
        ? 'The zone is as it is to be.\n'
        : `${listDifferences(differences)}Put right: ${count(differences.length, 'name')}.\n`,
  };
}

/** Account by account, since an answer holds one account’s names. */
async function exportZone({ letterhead }: Connection) {
  const accounts = await letterhead.accounts.list.query();
  const lines = [await letterhead.keyZone.export.query({})];
  for (const { id } of accounts) lines.push(await letterhead.keyZone.export.query({ account_id: id }));
  const text = lines.join('');
  return { json: { zone_file: text }, text };
}

function describeStatus(found: KeyZoneStatus, isRunning: boolean): string {
  const { zone, waiting, lag_seconds, failure, delegation_problem, compared_at, differences } = found;
  const problem = delegation_problem === null ? '' : `${delegation_problem}\n`;
  if (!isRunning)
    return `${zone}: no server runs here, so nothing is known of what it holds. See \`letterhead key-zone compare\`.\n${problem}`;
  const compared =
    compared_at === null
      ? 'It has not been compared yet.'
      : `Compared at ${formatTime(compared_at)}: ${count(differences, 'name')} differed.`;
  const changes =
    waiting === 0 ? 'No changes wait.' : `Waiting for ${lag_seconds} seconds: ${count(waiting, 'domain')}.`;
  return [`${zone}: ${failure ?? 'it is up to date.'}`, changes, compared, problem].join('\n');
}

function listDifferences(differences: readonly ZoneDifference[]): string {
  const lines = differences.map(({ name, found }) => {
    const holds = found.length === 0 ? 'is missing' : `holds ${found.map(inOneLine).join(', ')}`;
    return `${name} ${holds}\n`;
  });
  return lines.join('');
}
