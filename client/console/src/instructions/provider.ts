import { type Action, type DiagnosisCode, quotedStrings } from '@letterhead/shared';
import { PROVIDERS, type Provider } from './providers.ts';

/** A value as the provider's form wants it typed. */
export type AsTyped = (record: Pick<Action, 'type' | 'value'>) => string;

/** What a record shows when quotation marks or escapes meant for a zone file were typed into a form. */
const QUOTE_PROBLEMS: ReadonlySet<DiagnosisCode> = new Set<DiagnosisCode>([
  'QUOTES_IN_VALUE',
  'ESCAPED_SEMICOLON',
  'TXT_SPLIT_INTO_RECORDS',
]);

/** All whose name servers a zone may be on: none, if they are unknown or of several companies. */
export function recognizeProviders(servers: readonly string[]): readonly Provider[] {
  if (servers.length === 0) return [];
  return PROVIDERS.filter((provider) =>
    servers.every((name) => provider.servers.test(name.toLowerCase().replace(/\.$/, ''))),
  );
}

/**
 * Whether a long TXT value is shown in quotation marks. A person who has had a problem with them gets the plain value
 * at every provider. `codes` are those of all the domain's records.
 */
export function quotesStrings(provider: Provider | null, codes: readonly DiagnosisCode[]): boolean {
  return provider?.quotesStrings === true && !codes.some((code) => QUOTE_PROBLEMS.has(code));
}

/** Spells values for a provider's form. `provider` is null where it isn't known. */
export function spellingFor(provider: Provider | null, codes: readonly DiagnosisCode[]): AsTyped {
  const quotes = quotesStrings(provider, codes);
  return ({ type, value }) => {
    if (type === 'TXT') return quotes ? quotedStrings(value).join(' ') : value;
    return type === 'CNAME' && provider?.dotsTargets === true ? `${value}.` : value;
  };
}
