import { CircleX, RotateCw } from 'lucide-preact';
import { toRefusal } from '../server/refusal.ts';

interface FailureProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What went wrong, in words, with a way to try again. */
export function Failure({ error, onRetry }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <CircleX aria-hidden="true" />
      <p>{toRefusal(error).sentence}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          <RotateCw aria-hidden="true" />
          Try again
        </button>
      )}
    </div>
  );
}
