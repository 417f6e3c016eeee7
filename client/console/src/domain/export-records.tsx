import { csvLine, type Domain } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { FileDown, Link2, Mail } from 'lucide-preact';
import { Suspense } from 'preact/compat';
import { useState } from 'preact/hooks';
import { letterhead } from '../api/api.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Failure } from '../components/failure.tsx';
import { saveFile } from '../components/save-file.ts';
import type { DnsForm } from '../instructions/dns-form.ts';
import { onDemand } from '../layout/on-demand.ts';
import { useMay } from '../session/identity.ts';
import { ShareDialog } from '../share/share-dialog.tsx';

const EmailDialog = onDemand(() => import('./email-dialog.tsx'));

/** The records in the forms in which other people and programs take them. */
export function ExportRecords({ domain, form }: { domain: Domain; form: DnsForm }) {
  const { account_id: account, id } = domain;
  const mayWrite = useMay('domains:write');
  const [open, setOpen] = useState<'share' | 'email' | null>(null);
  const close = () => setOpen(null);
  const zoneFile = useMutation({
    mutationFn: () => letterhead.domains.zoneFile.query({ account, id }),
    onSuccess: (text) => saveFile(`${domain.domain}.zone`, 'text/dns', text),
  });
  return (
    <section class="export-records" aria-labelledby="export-records-title">
      <h2 id="export-records-title">Does someone else manage your DNS?</h2>
      <p class="hint">Send them the records.</p>
      <ul>
        {mayWrite && (
          <li>
            <span>Share link</span>
            <button type="button" class="button" onClick={() => setOpen('share')}>
              <Link2 aria-hidden="true" />
              Share
            </button>
          </li>
        )}
        <li>
          <span>E-mail</span>
          <button type="button" class="button" onClick={() => setOpen('email')}>
            <Mail aria-hidden="true" />
            Write<span class="visually-hidden"> the e-mail</span>
          </button>
        </li>
        <li>
          <span>Zone file</span>
          <BusyButton
            type="button"
            class="button"
            isBusy={zoneFile.isPending}
            onClick={() => zoneFile.mutate()}
          >
            <FileDown aria-hidden="true" />
            Download<span class="visually-hidden"> the zone file</span>
          </BusyButton>
        </li>
        <li>
          <span>CSV</span>
          <button
            type="button"
            class="button"
            onClick={() => saveFile(`${domain.domain}.csv`, 'text/csv', toCsv(form))}
          >
            <FileDown aria-hidden="true" />
            Download<span class="visually-hidden"> the table</span>
          </button>
        </li>
      </ul>
      {open === 'share' && <ShareDialog domain={domain} onClose={close} />}
      <Suspense fallback={null}>
        {open === 'email' && <EmailDialog domain={domain} form={form} onClose={close} />}
      </Suspense>
      {zoneFile.error !== null && <Failure error={zoneFile.error} onRetry={() => zoneFile.mutate()} />}
    </section>
  );
}

function toCsv({ records }: DnsForm): string {
  const lines = [
    ['label', 'type', 'host', 'host in full', 'value'],
    ...records.map(({ label, type, host, fqdn, value }) => [label, type, host, fqdn, value]),
  ];
  return lines.map(csvLine).join('');
}
