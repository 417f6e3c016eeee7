import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter-preact';
import { api } from '../api/api.ts';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { useIdentity, useMay } from '../session/identity.ts';
import { About } from './about.tsx';
import { AccountForm } from './account-form.tsx';
import { AccountSummary } from './account-summary.tsx';
import { Suspension } from './suspension.tsx';
import { ThemeChoice } from './theme-choice.tsx';

/** The account on the page, this browser’s colors, and what this installation is. */
export default function SettingsPage() {
  const { account: shown, token } = useIdentity();
  const isAdmin = useMay('admin');
  const mayWrite = useMay('domains:write');
  const { data, error, refetch } = useQuery({
    ...api.accounts.get.queryOptions({ account: shown.id }),
    enabled: isAdmin,
  });
  const account = isAdmin ? data : token.account;
  return (
    <Page title="Settings" heading="Settings">
      <div class="settings">
        <section aria-labelledby="account-title">
          <h2 id="account-title">Account</h2>
          {account === undefined && error !== null && <Failure error={error} onRetry={refetch} />}
          {account !== undefined &&
            (isAdmin ? <AccountForm account={account} /> : <AccountSummary account={account} />)}
        </section>
        {mayWrite && (
          <section aria-labelledby="webhooks-title">
            <h2 id="webhooks-title">Webhooks</h2>
            <p class="hint">Your own systems hear of what happens here without asking.</p>
            <p>
              <Link href={`/accounts/${shown.id}/settings/webhooks`}>Webhooks of this account</Link>
            </p>
          </section>
        )}
        <ThemeChoice />
        {account !== undefined && isAdmin && <Suspension account={account} />}
        <About />
      </div>
    </Page>
  );
}
