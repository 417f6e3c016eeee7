import { CircleX, RotateCw } from 'lucide-preact';
import { toApiError } from '../api/api-error.ts';
import { useIsReachedAgain } from '../api/reachability.ts';

interface FailureProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Shows an error, with a button to try again. One that says the server can't be reached goes when it can be again. */
export function Failure({ error, onRetry }: FailureProps) {
  const { code, message } = toApiError(error);
  const isReachedAgain = useIsReachedAgain();
  if (code === null && isReachedAgain) return null;
  return (
    <div class="failure" role="alert">
      <CircleX aria-hidden="true" />
      <p>{message}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          <RotateCw aria-hidden="true" />
          Try again
        </button>
      )}
    </div>
  );
}
