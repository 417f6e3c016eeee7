import type { FirstAccount } from '../auth/bootstrap.ts';

/** Text printed at startup. The first start prints the token, this once, and a command to try. */
export function startupMessage(url: string, firstStart: FirstAccount | null): string {
  if (firstStart === null) return `Letterhead listens on ${url}: the console is there, for a browser.\n`;
  const { account, secret } = firstStart;
  // The operator chose the token with BOOTSTRAP_TOKEN, and knows it.
  if (secret === null) return '';
  return `
Letterhead listens on ${url}

This is the first start: account ${account} was made, with a token that may do everything.
The token is shown this once; keep it in a safe place:

  ${secret}

Add your first domain:

  curl ${url}/api/v1/accounts/${account}/domains -H "Authorization: Bearer ${secret}" -d domain=example.org

Or open ${url} in a browser, and sign in with the token.

`;
}
