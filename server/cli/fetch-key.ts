import { LetterheadError } from '@letterhead/shared';
import { z } from 'zod';
import { VAULT_ROUTE } from '../http/vault-route.ts';
import { CLI_LIMITS } from '../limits.ts';
import { fetchFrom, unreachable } from './unreachable.ts';

const AnswerSchema = z.object({
  data: z.object({
    selectors: z.array(z.object({ domain: z.string(), selector: z.string(), key: z.string() })),
  }),
});
const ErrorsSchema = z.object({ errors: z.array(z.string()).min(1) });

/**
 * Fetches a private key (PEM) by the way that mail servers take; null where the server gives none for this domain and
 * selector any more. Rejects with the server's own words.
 */
export async function fetchKey(
  { url, token }: { readonly url: string; readonly token: string },
  domain: string,
  selector: string,
): Promise<string | null> {
  const path = VAULT_ROUTE.replace('{name}', domain);
  const signal = AbortSignal.timeout(CLI_LIMITS.answer);
  const response = await fetchFrom(url, path, { headers: { 'x-vault-token': token }, signal });
  const body: unknown = await response.json().catch(() => null);
  const { data: answer } = AnswerSchema.safeParse(body);
  if (answer !== undefined) {
    const found = answer.data.selectors.find((one) => one.domain === domain && one.selector === selector);
    return found?.key ?? null;
  }
  const { data: refused } = ErrorsSchema.safeParse(body);
  if (refused === undefined) throw unreachable(url, null);
  if (response.status === 404) {
    await refuseClosedVault(url + path);
    return null;
  }
  throw new LetterheadError(response.status === 429 ? 'rate_limited' : 'forbidden', refused.errors.join(' '));
}

/** Rejects with `forbidden` where the path itself is missing, and not the domain: it would take no other method. */
async function refuseClosedVault(address: string): Promise<void> {
  const { status } = await fetch(address, { method: 'PUT' });
  if (status === 405) return;
  throw new LetterheadError(
    'forbidden',
    'This server gives out no keys: it has to be started with KEY_DELIVERY=true.',
  );
}
