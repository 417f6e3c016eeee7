import { SHARE_DAYS } from '@letterhead/shared/rules';
import { letterhead } from '../api/api.ts';
import { statusUpdates } from '../api/status-updates.ts';
import { Dialog } from '../components/dialog.tsx';
import { linkOf } from '../share/share-link.ts';
import type { DomainListItem } from './list-items.ts';
import { TaskResults } from './task-results.tsx';
import { useEach } from './use-each.ts';

export type BulkAction = 'check' | 'share' | 'delete';

interface Bulk {
  readonly verb: string;
  /** What happens, before it does. */
  readonly about: string;
  readonly run: (account: number, item: DomainListItem) => Promise<string>;
}

export const BULK: Record<BulkAction, Bulk> = {
  check: {
    verb: 'Check',
    about: 'Asks the DNS about each of them now. At most 60 checks a minute: more take their turn.',
    run: async (account, { id, domain }) => {
      const { verified } = await letterhead.domains.verifyDns.mutate({ account, id });
      statusUpdates.add({ account, id, name: domain });
      return verified ? 'Verified.' : 'Not verified.';
    },
  },
  share: {
    verb: 'Share',
    about: `Makes a link for each of them, for a colleague without an account. The links expire in ${SHARE_DAYS} days. Copy them now: they are shown this once.`,
    run: async (account, { id }) => {
      return linkOf(await letterhead.shares.create.mutate({ account, id }));
    },
  },
  delete: {
    verb: 'Delete',
    about:
      'Their keys are destroyed, and mail can no longer be sent from them. Adding a domain again makes another key, with records to publish anew.',
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
export function BulkDialog({ account, action, items, onClose }: BulkDialogProps) {
  const { verb, about, run } = BULK[action];
  const { results, isRunning, run: runAll } = useEach();
  const title = `${verb} ${items.length === 1 ? 'one domain' : `${items.length} domains`}`;
  const tasks = items.map((item) => ({ name: item.domain, run: () => run(account, item) }));
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{about}</p>
      <div class="actions">
        <button
          type="button"
          class={action === 'delete' ? 'button danger' : 'button primary'}
          disabled={isRunning || results.length > 0}
          onClick={() => void runAll(tasks)}
        >
          {title}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {results.length > 0 ? 'Close' : 'Cancel'}
        </button>
      </div>
      <TaskResults results={results} />
    </Dialog>
  );
}
