import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense } from 'preact/compat';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { Route, Switch } from 'wouter-preact';
import { queryClient } from './api/api.ts';
import { LoadingPage } from './layout/loading-page.tsx';
import { NotFound } from './layout/not-found.tsx';
import { NotLoadedError, onDemand, reloadOnceReachable } from './layout/on-demand.ts';
import { SignedIn } from './layout/signed-in.tsx';
import { useSession } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

const SharePage = onDemand(() => import('./share/share-page.tsx'));

/** Routes of the console: the page of a share link, and the pages behind the sign-in. */
export function App() {
  const [error] = useErrorBoundary();
  if (error !== undefined) return <Broken error={error} />;
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={<LoadingPage />}>
        <Switch>
          <Route path="/share">
            <SharePage />
          </Route>
          <Route path="/">
            <RequireSignIn />
          </Route>
          <Route path="/accounts/*">
            <RequireSignIn />
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </QueryClientProvider>
  );
}

/** Shown after an error in the console itself, or where a part of it could not be loaded. Neither affects the server. */
function Broken({ error }: { error: unknown }) {
  const isNotLoaded = error instanceof NotLoadedError;
  useEffect(() => {
    if (isNotLoaded) void reloadOnceReachable();
  }, [isNotLoaded]);
  return (
    <main class="page">
      <h1>{isNotLoaded ? 'This page can’t be loaded' : 'Something went wrong on this page'}</h1>
      <p>
        {isNotLoaded && 'Letterhead can’t be reached, or has been updated since you opened the page. '}
        Your domains and their records aren’t affected.
      </p>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    </main>
  );
}

function RequireSignIn() {
  const { token, signOutReason, linkedToken } = useSession();
  useEffect(() => {
    if (token === null) queryClient.clear();
  }, [token]);
  return token === null ? <SignIn signOutReason={signOutReason} linkedToken={linkedToken} /> : <SignedIn />;
}
