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
            Enter the part of your e-mail address after the @. You get one or two DNS records to copy, and the
            domain’s page shows when they’re live. Your existing DNS stays as it is.
          </p>
          <AddDomain />
        </>
      ) : (
        <p>
          There is no domain here yet, and your token can’t add one. Ask whoever gave it to you to add the
          first.
        </p>
      )}
    </section>
  );
}
