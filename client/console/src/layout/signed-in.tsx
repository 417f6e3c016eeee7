import type { CurrentToken } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'preact/compat';
import { Redirect, Route, Switch } from 'wouter-preact';
import { api } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { DomainList } from '../domains/domain-list.tsx';
import { IdentityContext, may } from '../session/identity.ts';
import { Layout } from './layout.tsx';
import { LoadingPage } from './loading-page.tsx';
import { NotFoundInAccount } from './not-found.tsx';
import { onDemand } from './on-demand.ts';
import { SignOut } from './sign-out.tsx';
import { Wordmark } from './wordmark.tsx';

// The list is what a session begins with; the other pages are loaded when they are first opened.
const DomainPage = onDemand(() => import('../domain/domain-page.tsx'));
const EventsPage = onDemand(() => import('../events/events-page.tsx'));
const SettingsPage = onDemand(() => import('../settings/settings-page.tsx'));
const WebhookPage = onDemand(() => import('../webhooks/webhook-page.tsx'));
const WebhooksPage = onDemand(() => import('../webhooks/webhooks-page.tsx'));
const TokensPage = onDemand(() => import('../tokens/tokens-page.tsx'));

/** Pages behind the sign-in; loads the identity first. */
export function SignedIn() {
  const { data, error, refetch } = useQuery(api.tokens.current.queryOptions());
  // An account that is suspended while its pages are open refuses everything from then on.
  const isRefused = error !== null && toApiError(error).code === 'forbidden';
  if (data !== undefined && !isRefused) return <Accounts token={data} />;
  if (error === null) return <LoadingPage />;
  return (
    <>
      <header class="site-header">
        <Wordmark />
        <div class="who">
          <SignOut />
        </div>
      </header>
      <Page title="Not available" heading="Can’t load your account">
        <Failure error={error} onRetry={refetch} />
      </Page>
    </>
  );
}

function Accounts({ token }: { token: CurrentToken }) {
  return (
    <Switch>
      <Route path="/accounts/:account/*?">
        {({ account }) =>
          /^\d+$/.test(account) ? (
            <AccountPages key={account} token={token} id={Number(account)} />
          ) : (
            <Redirect to={`/accounts/${token.account_id}/domains`} replace />
          )
        }
      </Route>
      <Route>
        <Redirect to={`/accounts/${token.account_id}/domains`} replace />
      </Route>
    </Switch>
  );
}

function AccountPages({ token, id }: { token: CurrentToken; id: number }) {
  const isAdmin = may(token, 'admin');
  const { data: accounts } = useQuery({ ...api.accounts.list.queryOptions(), enabled: isAdmin });
  const account = id === token.account_id ? token.account : accounts?.find((one) => one.id === id);
  const isForeign =
    id !== token.account_id && (!isAdmin || (accounts !== undefined && account === undefined));
  if (isForeign) return <Redirect to={`/accounts/${token.account_id}/domains`} replace />;
  const base = `/accounts/${id}`;
  return (
    <IdentityContext.Provider
      value={{ token, account: account ?? { id, name: `Account ${id}`, display_name: null } }}
    >
      <Layout>
        <Suspense fallback={<LoadingPage />}>
          <Switch>
            <Route path={`${base}/domains`}>
              <DomainList />
            </Route>
            <Route path={`${base}/domains/:id`}>
              {({ id: domain }) => <DomainPage key={domain} id={Number(domain)} />}
            </Route>
            <Route path={`${base}/tokens`}>
              <TokensPage />
            </Route>
            <Route path={`${base}/events`}>
              <EventsPage />
            </Route>
            <Route path={`${base}/settings/webhooks`}>
              <WebhooksPage />
            </Route>
            <Route path={`${base}/settings/webhooks/:id`}>
              {({ id: webhook }) => <WebhookPage key={webhook} id={Number(webhook)} />}
            </Route>
            <Route path={`${base}/settings`}>
              <SettingsPage />
            </Route>
            <Route>
              <NotFoundInAccount />
            </Route>
          </Switch>
        </Suspense>
      </Layout>
    </IdentityContext.Provider>
  );
}
