import { RefreshCw } from 'lucide-preact';

/** *Check now*, with its progress in the place that it takes anyway. */
export function CheckButton({ isRunning, onCheck }: { isRunning: boolean; onCheck: () => void }) {
  return (
    <button
      type="button"
      class="button check"
      aria-busy={isRunning}
      aria-disabled={isRunning}
      onClick={() => {
        if (!isRunning) onCheck();
      }}
    >
      <RefreshCw aria-hidden="true" />
      <span>{isRunning ? 'Asking the DNS…' : 'Check now'}</span>
    </button>
  );
}
