import { type Domain, recordsEmail } from '@letterhead/shared';
import { shownName } from '@letterhead/shared/rules';
import { useMutation } from '@tanstack/react-query';
import { Mail } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { withPunycode } from '../components/domain-name.tsx';
import { Failure } from '../components/failure.tsx';
import type { DnsForm } from '../instructions/dns-form.ts';
import { useIdentity, useMay } from '../session/identity.ts';
import { linkOf } from '../share/share-link.ts';

interface EmailDialogProps {
  readonly domain: Domain;
  readonly form: DnsForm;
  readonly onClose: () => void;
}

/** Writes the e-mail to whoever edits the DNS, with a new share link where one may be created. */
export default function EmailDialog({ domain, form, onClose }: EmailDialogProps) {
  const { account } = useIdentity();
  const mayShare = useMay('domains:write');
  const key = { account: domain.account_id, id: domain.id };
  const share = useMutation(
    api.shares.create.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: api.shares.list.queryKey(key) }),
    }),
  );
  useEffect(() => {
    if (mayShare) share.mutate(key);
  }, []);
  const name = withPunycode(domain.domain);
  const text = recordsEmail({
    domain: name,
    zone: withPunycode(form.zone),
    records: form.records,
    sender: shownName(account),
    share: share.data === undefined ? null : { url: linkOf(share.data), expires_at: share.data.expires_at },
  });
  const subject = `DNS records for ${name}`;
  const mailTo = `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(text)}`;
  return (
    <Dialog title="Send the records by e-mail" onClose={onClose}>
      {share.error !== null && <Failure error={share.error} onRetry={() => share.mutate(key)} />}
      {mayShare && share.data === undefined && share.error === null ? (
        <p class="hint">Creating a link…</p>
      ) : (
        <>
          {share.data !== undefined && (
            <p class="hint">The e-mail has a new share link, which you can revoke under Share.</p>
          )}
          <textarea class="letter" aria-label="The e-mail" readOnly rows={14} value={text} />
          <div class="actions">
            <a class="button primary" href={mailTo}>
              <Mail aria-hidden="true" />
              Open in e-mail
            </a>
            <CopyButton text={text} what="the text for an e-mail" />
          </div>
        </>
      )}
    </Dialog>
  );
}
