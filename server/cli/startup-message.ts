import type { FirstAccount } from '../auth/bootstrap.ts';

/**
 * Text printed at startup. The first start prints the token, this once, with a link that signs in and a command to try.
 * `consoleUrl`: where browsers reach the console.
 */
export function startupMessage(url: string, consoleUrl: string, firstStart: FirstAccount | null): string {
  if (firstStart === null) return `Letterhead listens on ${url}. Open ${consoleUrl} in a browser.\n`;
  const { account, secret } = firstStart;
  // The operator chose the token with BOOTSTRAP_TOKEN, and knows it.
  if (secret === null) return '';
  return `
Letterhead listens on ${url}

This is the first start: account ${account} was created, with a token that may do everything.
Save the token now. You won't see it again:

  ${secret}

Open this link to sign in to the console. It contains the token, so don't share it:

  ${consoleUrl}/#${secret}

Or add your first domain from the command line:

  curl ${url}/api/v1/accounts/${account}/domains -H "Authorization: Bearer ${secret}" -d domain=example.org

`;
}
