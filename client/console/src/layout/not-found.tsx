import { Link } from 'wouter-preact';
import { Page } from '../components/page.tsx';
import { useIdentity } from '../session/identity.ts';
import { Wordmark } from './wordmark.tsx';

/** For an unknown address within an account. */
export function NotFoundInAccount({ what = NO_SUCH_PAGE }: { what?: string }) {
  const { account } = useIdentity();
  return <NotFoundPage what={what} home={`/accounts/${account.id}/domains`} />;
}

/** For an unknown address outside of accounts, where the user may not be signed in. */
export function NotFound() {
  return (
    <>
      <header class="site-header">
        <Wordmark />
      </header>
      <NotFoundPage what={NO_SUCH_PAGE} home="/" />
    </>
  );
}

const NO_SUCH_PAGE = 'There’s no page at this address. Check that you copied all of it.';

function NotFoundPage({ what, home }: { what: string; home: string }) {
  return (
    <Page title="Page not found" heading="Page not found">
      <p>{what}</p>
      <p>
        <Link href={home} class="button">
          All domains
        </Link>
      </p>
    </Page>
  );
}
