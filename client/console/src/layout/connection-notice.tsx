import { RotateCw, Unplug } from 'lucide-preact';
import type { Liveness } from '../api/live-events.ts';

/** Says that the server is not heard from. It lies over the page's foot, so that nothing moves when it comes. */
export function ConnectionNotice({ liveness, onRetry }: { liveness: Liveness; onRetry: () => void }) {
  return (
    <div class="connection" role="status">
      {liveness === 'lost' && (
        <div>
          <Unplug aria-hidden="true" />
          <p>You’re seeing the last known state. Reconnecting…</p>
          <button type="button" class="button" onClick={onRetry}>
            <RotateCw aria-hidden="true" />
            Try now
          </button>
        </div>
      )}
    </div>
  );
}
