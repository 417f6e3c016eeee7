import type { FirstStart } from '../auth/first-start.ts';

/** What the first start prints, once: the token, and a line that can be pasted and works. */
export function greet(url: string, { account, secret }: FirstStart): string {
  if (secret === null) return '';
  return `
Letterhead listens on ${url}

This is the first start: account ${account} was made, with a token that may do everything.
The token is shown this once; keep it in a safe place:

  ${secret}

Add your first domain:

  curl ${url}/api/v1/accounts/${account}/domains -H "Authorization: Bearer ${secret}" -d domain=example.org

`;
}
