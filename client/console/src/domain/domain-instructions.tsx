import { type Diagnosis, type Domain, quotedStrings } from '@letterhead/shared';
import type { ComponentChildren } from 'preact';
import { AdviceList } from './advice.tsx';
import { dnsForm } from './dns-form.ts';
import type { AsTyped } from './instruction.tsx';
import { type Provider, recognizeProvider } from './provider.ts';
import { Records } from './records.tsx';
import { mostUrgent, Verdict } from './verdict.tsx';

interface DomainInstructionsProps {
  readonly domain: Domain;
  /** Undefined until it is read. */
  readonly diagnosis: Diagnosis | undefined;
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
  action,
  isChecking,
  problem,
}: DomainInstructionsProps) {
  const provider = diagnosis === undefined ? null : providerOf(diagnosis);
  const summarized = mostUrgent(diagnosis?.records ?? []);
  const asTyped: AsTyped = ({ type, value }) =>
    provider?.wantsQuotedStrings && type === 'TXT' ? quotedStrings(value).join(' ') : value;
  return (
    <div class="instructions">
      {diagnosis !== undefined && summarized !== undefined && (
        <Verdict
          diagnosis={diagnosis}
          record={summarized}
          asTyped={asTyped}
          action={action}
          isAwaited={isChecking}
        />
      )}
      {problem}
      <Records
        form={dnsForm(domain, diagnosis)}
        diagnosis={diagnosis}
        provider={provider}
        asTyped={asTyped}
        summarized={summarized}
      />
      <AdviceList advice={diagnosis?.advice ?? []} asTyped={asTyped} />
    </div>
  );
}

function providerOf({ records }: Diagnosis): Provider | null {
  return recognizeProvider(records.flatMap(({ nameservers }) => nameservers.map(({ name }) => name)));
}
