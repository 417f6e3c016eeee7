import { RefreshCw } from 'lucide-preact';
import { BusyButton } from '../components/busy-button.tsx';

/** *Check now*, with its progress in the place that it takes anyway. */
export function CheckButton({ isRunning, onCheck }: { isRunning: boolean; onCheck: () => void }) {
  return (
    <BusyButton
      type="button"
      class="button check"
      aria-busy={isRunning}
      isBusy={isRunning}
      onClick={() => onCheck()}
    >
      <RefreshCw aria-hidden="true" />
      <span>{isRunning ? 'Asking the DNS…' : 'Check now'}</span>
    </BusyButton>
  );
}
