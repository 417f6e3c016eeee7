import type { Diagnosis } from '@letterhead/shared';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'preact/hooks';
import { api, queryClient } from '../api/api.ts';
import { statusUpdates } from '../api/status-updates.ts';
import { announce } from '../components/announcer.tsx';
import { DomainName } from '../components/domain-name.tsx';
import { mostUrgent } from '../instructions/checklist-words.ts';
import { useMay } from '../session/identity.ts';

/** *Check now*: asks the DNS, and has everything read that may have changed by it. */
export function useCheck(account: number, id: number) {
  const options = api.domains.verifyDns.mutationOptions({
    onSuccess: async (domain) => {
      queryClient.setQueryData(api.domains.get.queryKey({ account, id }), domain);
      statusUpdates.add({ account, id, name: domain.domain });
      await queryClient.invalidateQueries({ queryKey: api.domains.diagnosis.queryKey({ account, id }) });
      const name = <DomainName name={domain.domain} />;
      const diagnosis = queryClient.getQueryData(api.domains.diagnosis.queryKey({ account, id }));
      const reason = mostUrgent(diagnosis?.records ?? [])?.title;
      announce(
        domain.verified ? (
          <>{name} is verified.</>
        ) : (
          <>
            Checked: {name} is not verified. {reason}
          </>
        ),
      );
    },
  });
  const check = useMutation(options);
  return { run: () => check.mutate({ account, id }), isRunning: check.isPending, error: check.error };
}

/** A domain that was never checked is checked when somebody opens its page. */
export function useFirstCheck(diagnosis: Diagnosis | undefined, run: () => void): void {
  const mayWrite = useMay('domains:write');
  const isNew = diagnosis !== undefined && diagnosis.checked_at === null;
  useEffect(() => {
    if (isNew && mayWrite) run();
    // Once, when that is known: `run` is another function at each render.
  }, [isNew, mayWrite]);
}
