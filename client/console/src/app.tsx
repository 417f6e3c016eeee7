import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { Route, Switch } from 'wouter-preact';
import { queryClient } from './server/api.ts';
import { useSession } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';
import { SignedIn } from './shell/signed-in.tsx';

const SharePage = lazy(() => import('./share/share-page.tsx'));

/** The whole console: what a shared link leads to, and what is behind the sign-in. */
export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={null}>
        <Switch>
          <Route path="/share">
            <SharePage />
          </Route>
          <Route>
            <Gate />
          </Route>
        </Switch>
      </Suspense>
    </QueryClientProvider>
  );
}

function Gate() {
  const { token, farewell } = useSession();
  useEffect(() => {
    if (token === null) queryClient.clear();
  }, [token]);
  return token === null ? <SignIn farewell={farewell} /> : <SignedIn />;
}
