import { Link } from 'wouter-preact';
import { Page } from '../parts/page.tsx';
import { useIdentity } from '../session/identity.ts';

/** For an address that leads nowhere, or no longer. */
export function NothingHere({ what = 'There is nothing at this address.' }: { what?: string }) {
  const { account } = useIdentity();
  return (
    <Page title="Nothing here" heading="Nothing here">
      <p>{what}</p>
      <p>
        <Link href={`/accounts/${account.id}/domains`} class="button">
          To the domains
        </Link>
      </p>
    </Page>
  );
}
