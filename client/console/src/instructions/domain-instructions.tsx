import type { Diagnosis, Domain, Key } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { AdviceList, isUrgent } from './advice.tsx';
import { Checklist } from './checklist.tsx';
import { dnsForm } from './dns-form.ts';
import { FormHints } from './form-hints.tsx';
import { quotesStrings, recognizeProviders, spellingFor } from './provider.ts';
import { ProviderNote } from './provider-note.tsx';
import type { Provider } from './providers.ts';

interface DomainInstructionsProps {
  readonly domain: Domain;
  /** Undefined until it is read. */
  readonly diagnosis: Diagnosis | undefined;
  /** Undefined until they are read. */
  readonly keys: readonly Key[] | undefined;
  readonly action: ComponentChildren;
  /** Whether a check runs that was asked for here. */
  readonly isChecking: boolean;
  /** Why the action failed. */
  readonly problem: ComponentChildren;
}

/** Where a domain stands, what to do, and what to type: for those with an account and those with a link. */
export function DomainInstructions({
  domain,
  diagnosis,
  keys,
  action,
  isChecking,
  problem,
}: DomainInstructionsProps) {
  const [chosen, choose] = useState<Provider | null>(null);
  const form = dnsForm(domain, diagnosis, keys);
  const records = diagnosis?.records ?? [];
  const advice = diagnosis?.advice ?? [];
  const codes = records.map(({ code }) => code);
  const candidates = recognizeProviders(
    records.flatMap(({ nameservers }) => nameservers.map(({ name }) => name)),
  );
  const [only = null] = candidates;
  const provider = candidates.length > 1 ? (candidates.find((one) => one === chosen) ?? null) : only;
  const asTyped = spellingFor(provider, codes);
  return (
    <div class="instructions">
      <Checklist
        form={form}
        diagnosis={diagnosis}
        asTyped={asTyped}
        action={action}
        isAwaited={isChecking}
        problem={problem}
        note={
          <ProviderNote
            zone={form.zone}
            candidates={candidates}
            provider={provider}
            isAll={!advice.some(isUrgent)}
            onChoose={choose}
          />
        }
        hints={<FormHints form={form} provider={provider} isQuoted={quotesStrings(provider, codes)} />}
      />
      <AdviceList advice={advice} asTyped={asTyped} />
    </div>
  );
}
