import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TestServer } from '../running-server.ts';

/** How long a tab waits for what should be there. */
const PATIENCE_MS = 30_000;

export interface TabOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport'> {
  /** Signs the tab in, as if its token had been typed. */
  readonly token?: string | null;
}

/** Tab in its own browser context. Collects the errors of the page in `errors`. */
export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Script errors, and violations of the content security policy. */
  readonly errors: readonly string[];
}

/** Opens a tab on a server's console; it goes nowhere yet. */
export async function openTab(
  browser: Browser,
  server: Pick<TestServer, 'url'>,
  { token = null, ...options }: TabOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: 'reduce', ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  if (token !== null) {
    await context.addInitScript(`sessionStorage.setItem('letterhead.token', ${JSON.stringify(token)})`);
  }
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // The browser reports each refusal of the server's; those are answers.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      errors.push(message.text());
    }
  });
  return {
    page,
    errors,
    async [Symbol.asyncDispose]() {
      // The handler of a request that is under way would fail when the page is closed.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    },
  };
}
