import type { Account } from '@letterhead/shared';
import { Logo } from '../components/sender.tsx';

/** The account, for those who may not change it. */
export function AccountSummary({ account }: { account: Account }) {
  const { name, display_name, contact_email, logo } = account;
  return (
    <>
      <dl class="facts">
        <dt>Name</dt>
        <dd>{name}</dd>
        <dt>Display name</dt>
        <dd>{display_name ?? 'None'}</dd>
        <dt>Contact e-mail</dt>
        <dd>{contact_email ?? 'None'}</dd>
        <dt>Logo</dt>
        <dd>{logo === null ? 'None' : <Logo logo={logo} />}</dd>
      </dl>
      <p class="hint">Only an administrator can change this.</p>
    </>
  );
}
