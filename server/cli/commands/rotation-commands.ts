import type { Domain } from '@letterhead/shared';
import type { Command } from 'commander';
import { withPunycode } from '../../domains/domain-name.ts';
import { DAY } from '../../instant.ts';
import { restJson } from '../../rest-json.ts';
import { inOneLine } from '../../terminal-text.ts';
import type { AccountOptions, CommandContext, CommandResult, Target } from '../command-context.ts';
import { addAccountAction, attempt, domainPages, findDomain, idParser } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { EXIT, UsageError } from '../exit-code.ts';
import { count, print, printError } from '../output.ts';

interface RotateOptions extends AccountOptions {
  readonly all?: boolean;
  /** Days. */
  readonly olderThan?: number;
}

interface RevokeOptions extends AccountOptions {
  readonly yes?: boolean;
}

/** `letterhead keys rotate|remove|revoke`. */
export function addRotationCommands(keys: Command, context: CommandContext): void {
  addAccountAction(
    keys
      .command('rotate')
      .argument('[domains...]', 'their names or ids')
      .description('make new keys; mail is signed with each once its record is published')
      .option('--all', 'all domains of the account that have no rotation under way')
      .option('--older-than <days>', 'only keys that are older, such as 180d', parseDays),
    context,
    (target, options: RotateOptions, domains: readonly string[]) => rotate(target, options, domains, context),
  );
  const keyCommand = (name: string, description: string) =>
    keys
      .command(name)
      .argument('<domain>', 'its name or its id')
      .argument('<key>', 'as `letterhead keys list` shows it', idParser('A key'))
      .description(description);
  addAccountAction(
    keyCommand('remove', 'cancel the rotation to a pending key, or end the retirement of one'),
    context,
    remove,
  );
  addAccountAction(
    keyCommand('revoke', 'keep a key that has leaked from ever signing again; asks in a terminal').option(
      '--yes',
      'do not ask',
    ),
    context,
    (target, options: RevokeOptions, idOrName: string, key: number) =>
      revoke(target, options, { idOrName, key }, context),
  );
}

function parseDays(text: string): number {
  const [, days] = /^([1-9]\d{0,4})d?$/.exec(text) ?? [];
  if (days === undefined)
    throw new UsageError(`--older-than is a number of days such as 180d, not "${text}".`);
  return Number(days);
}

async function rotate(
  target: Target,
  options: RotateOptions,
  names: readonly string[],
  context: CommandContext,
): Promise<CommandResult | null> {
  const { all = false } = options;
  const [only = '', ...others] = names;
  if (all === names.length > 0) throw new UsageError('Name the domains whose keys to rotate, or say --all.');
  if (!all && others.length === 0 && options.olderThan === undefined) return rotateOne(target, only);
  const domains = all ? eachDomain(target) : eachNamed(target, names);
  await rotateMany(target, options, domains, context);
  return null;
}

async function rotateOne({ letterhead, ...target }: Target, idOrName: string): Promise<CommandResult> {
  const { id, domain } = await findDomain({ letterhead, ...target }, idOrName);
  const key = await letterhead.keys.rotate.mutate({ account: target.account, id });
  const name = withPunycode(domain);
  return {
    json: key,
    text: async () => {
      if (key.published_as === 'cname')
        return `Key ${key.id} of ${name} is pending. There is nothing to publish: signing moves to it in some minutes.\n`;
      const { dns_records } = await letterhead.domains.get.query({ account: target.account, id });
      const record = dns_records.find(({ hostname }) => hostname.startsWith(`${key.selector}.`));
      return `Key ${key.id} of ${name} is pending. Publish its record beside the others:

  Type   TXT
  Host   ${record?.hostname}
  Value  ${record?.value}

Signing moves to it once a check finds the record: letterhead domain verify ${domain}
`;
    },
  };
}

/** Rotates keys one by one and prints a line for each, so that an interruption leaves nothing unsaid. */
async function rotateMany(
  target: Target,
  { json = false, all = false, olderThan }: RotateOptions,
  domains: AsyncIterable<Domain>,
  context: CommandContext,
): Promise<void> {
  const { letterhead, account } = target;
  const { terminal, finish, clock } = context;
  const latest = olderThan === undefined ? null : new Date(clock().getTime() - olderThan * DAY);
  let rotated = 0;
  for await (const domain of domains) {
    if (!(await isWanted(target, domain, { all, latest }))) continue;
    const rotate = () => letterhead.keys.rotate.mutate({ account, id: domain.id });
    const { result: key, error } = await attempt(rotate, context);
    if (error === null) rotated += 1;
    else finish(EXIT.refused);
    const name = withPunycode(domain.domain);
    if (json) await print(terminal.out, `${restJson({ domain: domain.domain, key, error })}\n`);
    else if (key !== null) await print(terminal.out, `Key ${key.id} of ${name} is pending.\n`);
    else printError(terminal, `letterhead: ${inOneLine(`${name}: ${error.message}`)}\n`);
  }
  if (json) return;
  const hint = rotated === 0 ? '' : ' `letterhead domain records <domain>` prints the records to publish.';
  await print(terminal.out, `${count(rotated, 'rotation')} begun.${hint}\n`);
}

/** Whether the key that signs was made by `latest`, null for at any time; of all domains, those whose rotation is under way are left out. */
async function isWanted(
  { letterhead, account }: Target,
  { id }: Domain,
  { all, latest }: { readonly all: boolean; readonly latest: Date | null },
): Promise<boolean> {
  const keys = await letterhead.keys.list.query({ account, id });
  if (all && keys.some(({ state }) => state === 'pending')) return false;
  return keys.some(
    ({ state, created_at }) => state === 'active' && (latest === null || created_at <= latest),
  );
}

async function* eachNamed(target: Target, names: readonly string[]): AsyncGenerator<Domain> {
  for (const name of names) yield await findDomain(target, name);
}

async function* eachDomain(target: Target): AsyncGenerator<Domain> {
  for await (const page of domainPages(target)) yield* page;
}

async function remove(target: Target, _options: AccountOptions, idOrName: string, key: number) {
  const { id, domain } = await findDomain(target, idOrName);
  await target.letterhead.keys.remove.mutate({ account: target.account, id, key });
  return { json: { id: key, removed: true }, text: `Removed key ${key} of ${withPunycode(domain)}.\n` };
}

async function revoke(
  target: Target,
  { yes = false }: RevokeOptions,
  { idOrName, key }: { readonly idOrName: string; readonly key: number },
  { terminal }: CommandContext,
): Promise<CommandResult> {
  const { id, domain } = await findDomain(target, idOrName);
  const name = withPunycode(domain);
  if (!yes) {
    const what = `Key ${key} of ${name} never signs again. If it signs now, no mail is signed until the record of the next key is found.`;
    await confirm(terminal, `${what}\nRevoke it?`, 'Nothing was revoked.');
  }
  const revoked = await target.letterhead.keys.revoke.mutate({ account: target.account, id, key });
  return {
    json: revoked,
    text: `Revoked key ${key} of ${name}. What to do in the DNS at once: letterhead domain show ${domain}\n`,
  };
}
