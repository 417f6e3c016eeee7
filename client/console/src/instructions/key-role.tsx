import type { Key } from '@letterhead/shared';
import type { FormRecord } from './dns-form.ts';

/** In the reader's own time zone. */
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });

/** What a key's record is for while the domain has several; one alone needs no words. */
export function KeyRole({ of: { key, stays } }: { of: FormRecord }) {
  if (stays) return <small class="key-role">{roleInZone(key)}</small>;
  if (key === null) return null;
  const { state, retires_at } = key;
  switch (state) {
    case 'pending':
      return <small class="key-role">Next key: signs once this is found</small>;
    case 'active':
      return <small class="key-role">Signs now</small>;
    case 'retiring':
      return (
        <small class="key-role">
          Signs no more{retires_at !== null && `: safe to remove from ${DAY.format(retires_at)} on`}
        </small>
      );
    case 'revoked':
      return null;
  }
}

/** Of the two CNAME records, neither is ever changed or removed. */
function roleInZone(key: Key | null): string {
  switch (key?.state) {
    case 'active':
      return 'Leads to the key that signs';
    case 'pending':
      return 'Leads to the next key';
    default:
      return 'For later keys: needed as well';
  }
}
