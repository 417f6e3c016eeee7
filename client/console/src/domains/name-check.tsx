import type { Domain } from '@letterhead/shared';
import { useQuery } from '@tanstack/react-query';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { DomainName } from '../parts/domain-name.tsx';
import { api } from '../server/api.ts';
import { toRefusal } from '../server/refusal.ts';

/** Nobody is corrected in the middle of a word. */
const PAUSE_MS = 250;

/** What can be said about a name while it is typed. */
interface NameCheck {
  readonly slip: ComponentChildren;
  /** The domain of this name that the account has already. */
  readonly taken: Domain | null;
}

/**
 * Holds a name against the server's own rules while it is typed: a question for the domain of that name is refused
 * where it can't be one, with the sentence that says what to type instead.
 */
export function useNameCheck(account: number, typed: string): NameCheck {
  const name = usePaused(typed.trim());
  const { data, error } = useQuery({
    ...api.domains.list.queryOptions({ account, domain: name }),
    enabled: looksFinished(name),
    retry: false,
  });
  if (name !== typed.trim() || !looksFinished(name)) return { slip: null, taken: null };
  const taken = data?.[0] ?? null;
  if (taken !== null) {
    const slip = (
      <>
        You have <DomainName name={taken.domain} /> here already.
      </>
    );
    return { slip, taken };
  }
  const refusal = error === null ? null : toRefusal(error);
  return { slip: refusal?.code === 'invalid' ? refusal.sentence : null, taken: null };
}

/** A name with an ending, an IP address, or something that no name has in it; `exam` may still become one. */
function looksFinished(name: string): boolean {
  return /\.[^.]{2,}\.?$|^\d+(?:\.\d+){3}$|[@/:*\s_%]/.test(name);
}

function usePaused(value: string): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
