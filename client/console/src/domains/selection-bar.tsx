import { Suspense } from 'preact/compat';
import { useState } from 'preact/hooks';
import { onDemand } from '../layout/on-demand.ts';
import { useMay } from '../session/identity.ts';
import { BULK_VERBS, type BulkAction } from './bulk-action.ts';
import type { DomainListItem } from './list-items.ts';

const BulkDialog = onDemand(() => import('./bulk-dialog.tsx'));

const ACTIONS: readonly BulkAction[] = ['check', 'share', 'delete'];

interface SelectionBarProps {
  readonly account: number;
  readonly selected: readonly DomainListItem[];
  readonly onClear: () => void;
  readonly onExport: (items: readonly DomainListItem[]) => void;
}

/** What can be done about the selected domains at once. */
export function SelectionBar({ account, selected, onClear, onExport }: SelectionBarProps) {
  const mayWrite = useMay('domains:write');
  // As they were selected when it was opened: what is deleted leaves the selection.
  const [bulk, setBulk] = useState<{ action: BulkAction; items: readonly DomainListItem[] } | null>(null);
  const close = () => {
    setBulk(null);
    onClear();
  };
  return (
    <>
      {selected.length > 0 && (
        <section class="selection" aria-label="Selected domains">
          <p>{selected.length} selected</p>
          {mayWrite &&
            ACTIONS.map((action) => (
              <button
                key={action}
                type="button"
                class="button"
                onClick={() => setBulk({ action, items: selected })}
              >
                {BULK_VERBS[action]}
              </button>
            ))}
          <button type="button" class="button" onClick={() => onExport(selected)}>
            Export
          </button>
          <button type="button" class="button" onClick={onClear}>
            Clear
          </button>
        </section>
      )}
      <Suspense fallback={null}>
        {bulk !== null && <BulkDialog account={account} {...bulk} onClose={close} />}
      </Suspense>
    </>
  );
}
