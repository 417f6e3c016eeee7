import { freeze } from '../freeze.ts';
import type { AccountRow } from '../interface/accounts.ts';

/** An account as the database has it: before migration 2 it had no profile, before migration 6 nobody to notify. */
export type AccountDocument = Omit<AccountRow, keyof typeof NO_PROFILE> & Partial<typeof NO_PROFILE>;

const NO_PROFILE: Pick<AccountRow, 'display_name' | 'contact_email' | 'logo' | 'notify'> = {
  display_name: null,
  contact_email: null,
  logo: null,
  notify: [],
};

export function toAccountRow(document: AccountDocument): AccountRow {
  return freeze({ ...NO_PROFILE, ...document });
}
