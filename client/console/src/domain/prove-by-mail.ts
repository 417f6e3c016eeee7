import type { ErrorBody, Proof } from '@letterhead/shared';
import { RestError } from '../api/api-error.ts';
import { sessionToken } from '../session/session.ts';

interface Domain {
  readonly account: number;
  readonly id: number;
}

/** Has the source of a message judged as a receiver got it. Rejects with `RestError` where the server refuses it. */
export async function proveByMail({ account, id }: Domain, source: Blob): Promise<Proof> {
  const response = await fetch(`/api/v1/accounts/${account}/domains/${id}/proof`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sessionToken()}`, 'content-type': 'message/rfc822' },
    body: source,
  });
  // `fetch` has no types for what the server's schemas describe.
  if (!response.ok) throw new RestError((await response.json()) as ErrorBody);
  return ((await response.json()) as { data: Proof }).data;
}

/** A text that was pasted, with the line ends of mail. */
export function toSource(pasted: string): Blob {
  return new Blob([pasted.replaceAll('\n', '\r\n')]);
}
