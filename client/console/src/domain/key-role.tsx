import type { Key } from '@letterhead/shared';

/** In the reader's own time zone. */
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });

/** What a key's record is for while the domain has several; one alone needs no words. */
export function KeyRole({ of: { state, retires_at } }: { of: Key }) {
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
