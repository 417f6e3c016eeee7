import { MailCheck } from 'lucide-preact';
import { AddDomain } from './add-domain.tsx';

/** What an account without domains sees. */
export function FirstDomain({ mayWrite }: { mayWrite: boolean }) {
  return (
    <section class="first-domain">
      <MailCheck aria-hidden="true" />
      <h2>Send mail in your own name</h2>
      {mayWrite ? (
        <>
          <p>
            Add the domain that stands in your address, after the @. You get one or two lines for its DNS,
            ready to copy, and see here when they are found. Nothing that you have in the DNS today needs to
            change.
          </p>
          <AddDomain />
        </>
      ) : (
        <p>
          There is no domain here yet, and your token may only look. Ask whoever gave it to you to add the
          first.
        </p>
      )}
    </section>
  );
}
