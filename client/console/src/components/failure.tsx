import { CircleX, RotateCw } from 'lucide-preact';
import { toApiError } from '../api/api-error.ts';

interface FailureProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Shows an error, with a button to try again. */
export function Failure({ error, onRetry }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <CircleX aria-hidden="true" />
      <p>{toApiError(error).message}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          <RotateCw aria-hidden="true" />
          Try again
        </button>
      )}
    </div>
  );
}
