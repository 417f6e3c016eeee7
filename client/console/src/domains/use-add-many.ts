import { useEffect, useRef, useState } from 'preact/hooks';
import { letterhead } from '../api/api.ts';
import { type ApiError, toApiError } from '../api/api-error.ts';
import { announce } from '../components/announcer.tsx';

/** Pause before a name is tried again that came too early for the server. */
const TOO_EARLY_MS = 5_000;

/** What became of a name; `error` is null where it was added. */
export interface AddedName {
  readonly name: string;
  readonly error: string | null;
}

interface AddMany {
  readonly results: readonly AddedName[];
  readonly isRunning: boolean;
  readonly add: (names: readonly string[]) => Promise<void>;
}

/** Adds domains one after the other, until all are or the dialog is closed. */
export function useAddMany(account: number): AddMany {
  const [results, setResults] = useState<readonly AddedName[]>([]);
  const [isRunning, setRunning] = useState(false);
  const isClosed = useRef(false);
  useEffect(
    () => () => {
      isClosed.current = true;
    },
    [],
  );
  const add = async (names: readonly string[]) => {
    setRunning(true);
    setResults([]);
    let added = 0;
    for (const name of names) {
      if (isClosed.current) return;
      const error = await addOne(account, name, isClosed);
      if (error === null) added += 1;
      setResults((done) => [...done, { name, error }]);
    }
    setRunning(false);
    announce(`${added} of ${names.length} domains were added.`);
  };
  return { results, isRunning, add };
}

async function addOne(
  account: number,
  domain: string,
  isClosed: { current: boolean },
): Promise<string | null> {
  while (true) {
    const error = await createDomain(account, domain);
    if (error?.code !== 'rate_limited' || isClosed.current) return error?.message ?? null;
    await new Promise((resolve) => setTimeout(resolve, TOO_EARLY_MS));
  }
}

/** Null where it was created. */
async function createDomain(account: number, domain: string): Promise<ApiError | null> {
  try {
    await letterhead.domains.create.mutate({ account, domain });
    return null;
  } catch (error) {
    return toApiError(error);
  }
}
