import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();
const HOUR = 3_600_000;

/** With no domain, for tests that change nothing in it. */
let empty: TestServer;
beforeAll(async () => {
  empty = await startTestServer();
});
afterAll(() => empty[Symbol.asyncDispose]());

test('an unknown token is refused in words, beside the field', async () => {
  await using tab = await openTab(browser(), empty);
  const { page } = tab;
  await page.goto('/');
  await page.getByLabel('Token').fill('my password');
  await page.getByText('A token starts with lh_.').waitFor();
  await page.getByLabel('Token').fill(`lh_${'x'.repeat(43)}`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This token is unknown').waitFor();
  expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('true');
});

test('the link that the first start prints signs in, and leaves no token in the address or the history', async () => {
  await using tab = await openTab(browser(), empty);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/#${empty.token}`);
  await app.heading('Domains').waitFor();
  expect(page.url()).not.toContain('lh_');
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await app.button('Sign out').click();
  await app.heading('Sign in').waitFor();
  await page.getByLabel('Token').fill('lh_');
  expect(requests.filter((url) => url.includes('tokens.current'))).toEqual([]);
  await page.goBack();
  expect(page.url()).not.toContain('lh_');
  expect(tab.errors).toEqual([]);
});

test('a link with a token that is unknown leads to the sign-in page, which says so', async () => {
  await using tab = await openTab(browser(), empty);
  await tab.page.goto(`/#lh_${'x'.repeat(43)}`);
  await tab.page.getByText('This token is unknown').waitFor();
});

test.each([
  ['as a header', (token: string) => `Authorization: Bearer ${token}`],
  ['after the word Bearer', (token: string) => `Bearer ${token}`],
  ['in quotation marks', (token: string) => ` "${token}" `],
  ['as the link of the first start', (token: string) => `http://127.0.0.1:3000/#${token}`],
])('a token that is pasted %s is taken', async (_how, paste) => {
  await using tab = await openTab(browser(), empty);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await page.getByLabel('Token').fill(paste(empty.token));
  expect(await page.getByText('A token starts with lh_.').count()).toBe(0);
  await app.button('Sign in').click();
  await app.heading('Domains').waitFor();
});

test('a tab keeps its token through a reload, another tab does not have it, and signing out forgets it', async () => {
  await using tab = await openTab(browser(), empty);
  const { page } = tab;
  const app = new ConsolePage(page);
  await app.signIn(empty.token);
  await page.reload();
  await app.heading('Domains').waitFor();
  const second = await page.context().newPage();
  await second.goto('/');
  await second.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => [document.cookie, localStorage.length])).toEqual(['', 0]);

  await app.button('Sign out').click();
  await app.heading('Sign in').waitFor();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(empty.token);
  await page.reload();
  await app.heading('Sign in').waitFor();
});

test('an expired token ends the session and says why, and the next token leads back to the same page', async () => {
  let offset = 0;
  await using server = await startTestServer({ clock: () => new Date(Date.now() + offset) });
  const { token } = await server.letterhead.tokens.create.mutate({
    account: 1,
    name: 'For an hour',
    scopes: ['domains:read'],
    expires_at: new Date(Date.now() + HOUR),
  });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await app.signIn(token);
  await page.getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('row', { name: /^For an hour/ }).waitFor();
  offset = 2 * HOUR;
  await page.getByRole('link', { name: 'Events' }).click();
  await page.getByText('Your token has expired or was revoked.').waitFor();
  await page.getByLabel('Token').fill(server.token);
  await app.button('Sign in').click();
  await app.heading('Events').waitFor();
  expect(tab.errors).toEqual([]);
});

test('a revoked token ends the session at once', async () => {
  await using server = await startTestServer();
  const made = await server.letterhead.tokens.create.mutate({
    account: 1,
    name: 'Soon gone',
    scopes: ['domains:read'],
  });
  await using tab = await openTab(browser(), server);
  const app = new ConsolePage(tab.page);
  await app.signIn(made.token);
  await server.letterhead.tokens.revoke.mutate({ account: 1, id: made.id });
  await tab.page.getByText('Your token has expired or was revoked.').waitFor();
});

test('a tab says that its account was suspended, and goes on when the account is resumed', async () => {
  await using server = await startTestServer();
  const { accounts } = server.letterhead;
  const { id: account } = await accounts.create.mutate({ name: 'Another help desk' });
  await using tab = await openTab(browser(), server, {
    token: await server.makeToken(['domains:read'], account),
  });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await page.getByText('There is no domain here yet').waitFor();
  await accounts.update.mutate({ account, suspended: true });
  await page.getByText('This account is suspended').waitFor();
  expect(await page.getByText('Reconnecting').count()).toBe(0);
  await accounts.update.mutate({ account, suspended: false });
  await app.button('Try again').click();
  await app.heading('Domains').waitFor();
  expect(tab.errors).toEqual([]);
});

test('a read-only token is offered nothing to change', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await app.signIn(await server.makeToken(['domains:read']));
  await app.line('example.org').getByRole('link').click();
  await app.heading('example.org').waitFor();
  await page.getByText('Not checked yet').first().waitFor();
  for (const name of ['Check now', 'Rename', 'Delete', 'Share'])
    expect(await app.button(name).count()).toBe(0);
  const { checked_at } = await server.letterhead.domains.diagnosis.query({ account: 1, id });
  expect(checked_at).toBeNull();
});

test('a token that may not read is told so, and nothing of a connection that is lost', async () => {
  await using tab = await openTab(browser(), empty, { token: await empty.makeToken(['domains:sign']) });
  const { page } = tab;
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() === 403) refused.push(response.url());
  });
  await page.goto('/');
  await page.getByText('This token lacks the scope domains:read.').waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
  expect(refused.filter((url) => url.includes('events.stream'))).toEqual([]);
  expect(await page.getByText('Reconnecting').count()).toBe(0);
});

test('an admin can switch accounts, and other people see no account but their own', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { id } = await server.letterhead.accounts.create.mutate({ name: 'Another help desk' });
  await server.letterhead.domains.create.mutate({ account: id, domain: 'example.net' });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await app.signIn(server.token);
  await app.line('example.org').waitFor();
  await app.button('Account: Help desk').click();
  await page.getByRole('dialog').getByRole('link', { name: 'Another help desk' }).click();
  await app.line('example.net').waitFor();
  expect(await app.line('example.org').count()).toBe(0);

  await app.button('Sign out').click();
  await app.signIn(await server.makeToken(['domains:read'], id));
  await page.getByText('Another help desk', { exact: true }).waitFor();
  await page.goto('/accounts/1/domains');
  await app.line('example.net').waitFor();
  expect(new URL(page.url()).pathname).toBe(`/accounts/${id}/domains`);
});

test('an admin finds an account among many by its name or its id, with the keyboard alone', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { accounts } = server.letterhead;
  for (let at = 1; at <= 110; at++) await accounts.create.mutate({ name: `Customer ${at}` });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const dialog = page.getByRole('dialog', { name: 'Choose an account' });
  const choose = async (search: string) => {
    await page.getByRole('button', { name: 'Account:' }).press('Enter');
    await page.keyboard.type(search);
  };
  await page.goto('/');
  await choose('');
  await dialog.getByText('111 accounts; the first 100 are listed').waitFor();
  await page.keyboard.type('mer 107');
  await dialog.getByText('1 of 111 accounts').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Account: Customer 107' }).waitFor();
  await choose('42');
  expect(await dialog.getByRole('link').allInnerTexts()).toEqual(['Customer 41\n42', 'Customer 42\n43']);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Account: Customer 42' }).waitFor();
  await choose('nowhere');
  await dialog.getByText('No account has that name or id.').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  expect(await dialog.count()).toBe(0);
  await choose('');
  await dialog.locator('[aria-current="true"]').click();
  expect(await dialog.count()).toBe(0);
  expect(tab.errors).toEqual([]);
});

test('a token is made, shown once, copied, and revoked', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/tokens');
  await app.button('Create token').click();
  await page.getByLabel('Name', { exact: true }).fill('Help desk');
  await page.getByLabel('Read').uncheck();
  const submit = page.getByRole('dialog').getByRole('button', { name: 'Create token' });
  await submit.click();
  await page.getByText('Name at least one scope.').waitFor();
  await page.getByLabel('Write').check();
  await submit.click();
  await page.getByRole('button', { name: 'Copy the token' }).click();
  await expect.poll(() => app.clipboard()).toMatch(/^lh_[\w-]{43}$/);
  const secret = await app.clipboard();
  await app.button('Done').click();
  expect(await page.content()).not.toContain(secret);
  const row = page.getByRole('row', { name: /^Help desk/ });
  await row.getByText('Write', { exact: true }).waitFor();

  await row.getByRole('button', { name: 'Revoke Help desk' }).click();
  await app.button('Revoke “Help desk”').click();
  await row.waitFor({ state: 'detached' });
  // The button that had opened the dialog is gone with its row: the keyboard goes on from the page's top.
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Tokens');
  expect((await server.rest('GET', '/token', { token: secret })).status).toBe(401);
  await page.getByRole('link', { name: 'Events' }).click();
  await page.getByRole('row', { name: /The token “Help desk” was revoked\./ }).waitFor();
});

test('a token for a mail server that fetches keys is offered to administrators, while keys are delivered', async () => {
  await using on = await startTestServer({ environment: { KEY_DELIVERY: 'true' } });
  await using off = await startTestServer();
  const writer = await on.makeToken(['domains:read', 'domains:write']);
  for (const [server, token, offered] of [
    [off, off.token, 0],
    [on, writer, 0],
    [on, on.token, 1],
  ] as const) {
    await using tab = await openTab(browser(), server, { token });
    const { page } = tab;
    const app = new ConsolePage(page);
    await page.goto('/accounts/1/tokens');
    await app.button('Create token').click();
    await page.getByRole('checkbox', { name: /^Read/ }).waitFor();
    expect(await page.getByLabel('Fetch keys').count()).toBe(offered);
    if (offered === 0) continue;
    await page.getByLabel('Name', { exact: true }).fill('rspamd');
    await page.getByRole('checkbox', { name: /^Read/ }).uncheck();
    await page.getByLabel('Fetch keys').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('button', { name: 'Copy the token' }).waitFor();
    expect(await server.letterhead.tokens.list.query({ account: 1 })).toContainEqual(
      expect.objectContaining({ name: 'rspamd', scopes: ['keys:read'] }),
    );
    expect(tab.errors).toEqual([]);
  }
});

test('the last admin token is revoked only after a second warning', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/tokens');
  await page.getByRole('button', { name: 'Revoke First token' }).click();
  await app.button('Revoke “First token”').click();
  await page.getByText('Nobody could administer Letterhead any more:').waitFor();
  expect((await server.rest('GET', '/token')).status).toBe(200);
  await app.button('Revoke it anyway').click();
  await app.heading('Sign in').waitFor();
  expect((await server.rest('GET', '/token')).status).toBe(401);
});

test('a token that has expired is marked', async () => {
  let offset = -2 * HOUR;
  await using server = await startTestServer({ clock: () => new Date(Date.now() + offset) });
  const expires_at = new Date(Date.now() - HOUR);
  await server.letterhead.tokens.create.mutate({
    account: 1,
    name: 'Old',
    scopes: ['domains:read'],
    expires_at,
  });
  offset = 0;
  await using tab = await openTab(browser(), server, { token: server.token });
  await tab.page.goto('/accounts/1/tokens');
  await tab.page.getByRole('row', { name: /^Old/ }).getByText('expired', { exact: true }).waitFor();
  expect(await tab.page.getByText('expired', { exact: true }).count()).toBe(1);
});
