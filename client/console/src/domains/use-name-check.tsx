import type { Domain } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/api.ts';
import { toApiError } from '../api/api-error.ts';
import { DomainName } from '../components/domain-name.tsx';

/** Delay after the last key stroke before the name is checked. */
const DEBOUNCE_MS = 250;

/** Result of checking a name while it is typed. */
interface NameCheck {
  readonly inputError: ComponentChildren;
  /** The account's domain of this name, if it exists already. */
  readonly taken: Domain | null;
}

/**
 * Checks a name against the server's rules while it is typed: listing the domain of that name fails if the name is
 * invalid, with a message that says what to type instead.
 */
export function useNameCheck(account: number, typed: string): NameCheck {
  const name = useDebounced(typed.trim());
  const { data, error } = useQuery({
    ...api.domains.list.queryOptions({ account, domain: name }),
    enabled: looksFinished(name),
    retry: false,
  });
  if (name !== typed.trim() || !looksFinished(name)) return { inputError: null, taken: null };
  const taken = data?.[0] ?? null;
  if (taken !== null) {
    const inputError = (
      <>
        You have <DomainName name={taken.domain} /> here already.
      </>
    );
    return { inputError, taken };
  }
  const apiError = error === null ? null : toApiError(error);
  return { inputError: apiError?.code === 'invalid' ? apiError.message : null, taken: null };
}

/** A name with an ending, an IP address, or something that no name has in it; `exam` may still become one. */
function looksFinished(name: string): boolean {
  return /\.[^.]{2,}\.?$|^\d+(?:\.\d+){3}$|[@/:*\s_%]|[,;]./.test(name);
}

function useDebounced(value: string): string {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}
