import type { Domain } from '@letterhead/shared';
import { LetterheadError } from '@letterhead/shared';
import type { Target } from './command-context.ts';
import { idParser } from './command-context.ts';

const parseId = idParser('A domain’s id');

/** Finds a domain by id or by name; no name is all digits. */
export async function findDomain({ letterhead, account }: Target, idOrName: string): Promise<Domain> {
  if (/^\d+$/.test(idOrName)) return letterhead.domains.get.query({ account, id: parseId(idOrName) });
  const [found] = await letterhead.domains.list.query({ account, domain: idOrName });
  if (found !== undefined) return found;
  throw new LetterheadError(
    'not_found',
    `Account ${account} has no domain ${idOrName}: \`letterhead domain list\` shows those it has.`,
  );
}
