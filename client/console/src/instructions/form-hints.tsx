import type { DnsForm } from './dns-form.ts';
import type { Provider } from './providers.ts';

interface FormHintsProps {
  readonly form: DnsForm;
  /** Null where it isn't known. */
  readonly provider: Provider | null;
  /** Whether the records shown have their long values in quotation marks. */
  readonly isQuoted: boolean;
}

/** How the provider's DNS form wants the records entered. */
export function FormHints({ form: { zone, records }, provider, isQuoted }: FormHintsProps) {
  return (
    <p class="hint">
      {provider?.hostField === undefined ? (
        <>
          Most providers add <strong>.{zone}</strong> for you: use the short host.
        </>
      ) : (
        <>
          At {provider.name}, enter the host without <strong>.{zone}</strong> in “{provider.hostField}”
          {provider.valueField !== undefined && <>, and the value in “{provider.valueField}”</>}.
        </>
      )}{' '}
      {isQuoted && 'Long values go in quotation marks, in two parts, as shown. '}
      {provider?.dotsTargets === true &&
        records.some(({ type }) => type === 'CNAME') &&
        'The value of a CNAME record ends with a dot there. '}
      If the form then shows <code>{records[0]?.fqdn}</code>, that’s correct. Use the full host only if the
      form asks for it.
    </p>
  );
}
