import { SHARE_DAYS } from '@letterhead/shared/rules';
import { useState } from 'preact/hooks';
import { letterhead } from '../api/api.ts';
import { statusUpdates } from '../api/status-updates.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { linkOf } from '../share/share-link.ts';
import { BULK_VERBS, type BulkAction } from './bulk-action.ts';
import type { DomainListItem } from './list-items.ts';
import { TaskResults } from './task-results.tsx';
import { useEach } from './use-each.ts';

interface Bulk {
  /** What happens, before it does. */
  readonly about: string;
  readonly run: (account: number, item: DomainListItem) => Promise<string>;
}

const BULK: Record<BulkAction, Bulk> = {
  check: {
    about: 'Checks each of them now. There are at most 60 checks a minute; the others wait their turn.',
    run: async (account, { id, domain }) => {
      const { verified } = await letterhead.domains.verifyDns.mutate({ account, id });
      statusUpdates.add({ account, id, name: domain });
      return verified ? 'Verified.' : 'Not verified.';
    },
  },
  share: {
    about: `Creates a share link for each, for a colleague without an account. The links expire in ${SHARE_DAYS} days. Copy them now. You won’t see them again.`,
    run: async (account, { id }) => {
      return linkOf(await letterhead.shares.create.mutate({ account, id }));
    },
  },
  delete: {
    about:
      'Sending from them stops immediately, and their keys are destroyed. If you add a domain again, you’ll get new records to publish.',
    run: async (account, { id }) => {
      await letterhead.domains.delete.mutate({ account, id });
      return 'Deleted.';
    },
  },
};

interface BulkDialogProps {
  readonly account: number;
  readonly action: BulkAction;
  readonly items: readonly DomainListItem[];
  readonly onClose: () => void;
}

/** Does the same about each selected domain, and tells what came of it. */
export default function BulkDialog({ account, action, items, onClose }: BulkDialogProps) {
  const { about, run } = BULK[action];
  const { results, isRunning, notice, run: runAll } = useEach();
  const title = `${BULK_VERBS[action]} ${items.length === 1 ? 'one domain' : `${items.length} domains`}`;
  const tasks = items.map((item) => ({ name: item.domain, run: () => run(account, item) }));
  const [copied, setCopied] = useState(0);
  const links = action === 'share' ? results.filter(({ isDone }) => isDone) : [];
  return (
    <Dialog
      title={title}
      onClose={onClose}
      done={results.length > 0 ? 'Close' : undefined}
      loss={links.length <= copied ? null : 'You haven’t copied the links. If you close this, they are lost.'}
    >
      <p>{about}</p>
      <div class="actions">
        <BusyButton
          type="button"
          class={action === 'delete' ? 'button danger' : 'button primary'}
          isBusy={isRunning || results.length > 0}
          onClick={() => void runAll(tasks)}
        >
          {title}
        </BusyButton>
        {links.length > 0 && (
          <CopyButton
            text={links.map(({ name, message }) => `${name} ${message}`).join('\n')}
            what={isRunning ? `the ${links.length} links so far` : 'all links'}
            onCopied={() => setCopied(links.length)}
          />
        )}
        {results.length === 0 && (
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
        )}
      </div>
      <TaskResults results={results} notice={notice} />
    </Dialog>
  );
}
