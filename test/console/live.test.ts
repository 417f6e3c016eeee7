import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { dkimOf, publish } from './fixture.ts';
import { NetworkProxy } from './network-proxy.ts';
import { openTab, type Tab } from './open-tab.ts';

const browser = useBrowser();

test('two tabs show what happens in either of them without a reload', async () => {
  await using server = await startTestServer();
  await using left = await openTab(browser(), server);
  await using right = await openTab(browser(), server);
  const [list, other] = [new ConsolePage(left.page), new ConsolePage(right.page)];
  await list.signIn(server.token);
  await other.signIn(server.token);

  await other.addDomain('example.org');
  await list.line('example.org').getByText('Waiting').waitFor();
  const [domain] = await server.letterhead.domains.list.query({ account: 1 });
  if (domain === undefined) throw new Error('The domain was not made.');
  await other.found('RECORD_MISSING').waitFor();
  publish(server, domain);
  await other.checkNow();
  await list.line('example.org').getByText('Verified').waitFor();

  server.dns.publish(`${dkimOf(domain).hostname}.example.org`, null);
  await other.checkNow();
  await list.line('example.org').getByText('Failed').waitFor();

  await list.line('example.org').getByRole('link').click();
  await list.heading('example.org').waitFor();
  await server.letterhead.domains.delete.mutate({ account: 1, id: domain.id });
  for (const { page } of [list, other]) await page.getByText('This domain doesn’t exist').waitFor();
});

test('a check by somebody else that changes no state is shown when its time has come', async () => {
  const start = Date.now();
  let offset = 0;
  await using server = await startTestServer({ clock: () => new Date(Date.now() + offset) });
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const app = new ConsolePage(tab.page);
  await tab.page.clock.install({ time: start });
  await tab.page.goto(`/accounts/1/domains/${domain.id}`);
  await app.found('RECORD_MISSING').waitFor();
  const { hostname, value } = dkimOf(domain);
  server.dns.publish(`${hostname}.example.org.example.org`, { TXT: [value] });
  offset = 61_000;
  await expect
    .poll(
      async () =>
        (await server.letterhead.domains.diagnosis.query({ account: 1, id: domain.id })).records[0]?.code,
      {
        timeout: 10_000,
      },
    )
    .toBe('HOST_DOUBLED');
  await tab.page.clock.fastForward(70_000);
  await app.verdict('HOST_DOUBLED').waitFor();
});

test('the event log begins with the newest, goes back page by page, and grows as events happen', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const make = (name: string) =>
    server.letterhead.tokens.create.mutate({ account: 1, name, scopes: ['domains:read'] });
  await Promise.all(Array.from({ length: 150 }, (_, at) => make(`Token ${at}`)));
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/events');
  const rows = page.getByRole('rowheader');
  await rows.first().waitFor();
  await expect.poll(() => rows.count()).toBe(100);
  await make('The latest');
  await expect.poll(() => rows.first().innerText()).toBe('The token “The latest” was created.');
  await page.getByRole('button', { name: 'Show earlier ones' }).click();
  await expect.poll(() => rows.count()).toBe(153);
  expect(await rows.last().innerText()).toMatch(/^The account .* was created\.$/);
  expect(await page.getByRole('button', { name: 'Show earlier ones' }).count()).toBe(0);
});

test('the console says in words that the server is lost, and shows what was missed once it is back', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using proxy = await NetworkProxy.start(server.url);
  await using tab = await openTab(browser(), proxy, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.line('example.org').waitFor();

  await proxy.disconnect();
  await page.getByText('You’re seeing the last known state. Reconnecting…').waitFor();
  await app.line('example.org').waitFor();
  await app.button('Add a domain').click();
  await page.getByLabel('Domain', { exact: true }).fill('example.net');
  await app.button('Add the domain').click();
  // Nothing is promised that does not happen: a change is not tried again by itself.
  await page
    .getByRole('dialog')
    .getByText('Letterhead can’t be reached. Check your connection, then try again.', { exact: true })
    .waitFor();
  await page.keyboard.press('Escape');

  // The server itself goes, too, and another takes its place.
  const next = await server.restart();
  await next.letterhead.domains.create.mutate({ account: 1, domain: 'example.com' });
  await proxy.connect(next.url);
  await app.button('Try now').click();
  await app.line('example.com').waitFor();
  await page.getByRole('link', { name: 'Events' }).click();
  await page.getByRole('row', { name: /example\.com was added\./ }).waitFor();
  await expect.poll(() => page.getByText('You’re seeing the last known state.').count()).toBe(0);
  await next[Symbol.asyncDispose]();
});

test('a first visit while the server is away can be tried again', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.route('**/trpc/**', (route) => route.abort());
  await page.goto('/');
  await page.getByText('Letterhead can’t be reached.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Can’t load your account' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.unroute('**/trpc/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await new ConsolePage(page).heading('Domains').waitFor();
});

test('a console whose code is cut off before it runs says what to do', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server);
  await tab.page.route('**/assets/shell-*.js', (route) => route.abort('internetdisconnected'));
  await tab.page.goto('/');
  await tab.page.getByText('If nothing else appears, reload this page').waitFor();
});

/** A tab on the list, from which the page of example.org was not opened yet. */
async function openListWithDomain(server: TestServer): Promise<Tab> {
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const tab = await openTab(browser(), server);
  await new ConsolePage(tab.page).signIn(server.token);
  return tab;
}

test('a page whose code is cut off by a changing network is loaded again by itself', async () => {
  await using server = await startTestServer();
  await using tab = await openListWithDomain(server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.route('**/assets/copy-button-*.js', (route) => route.abort('internetdisconnected'), {
    times: 1,
  });
  await app.line('example.org').getByRole('link').click();
  await app.heading('example.org').waitFor();
  expect(tab.errors).toEqual([]);
});

test('a page whose code can’t be had says so after a second attempt, and can be loaded again', async () => {
  await using server = await startTestServer();
  await using tab = await openListWithDomain(server);
  const { page } = tab;
  const app = new ConsolePage(page);
  let refusals = 0;
  // As the code of a version before is answered for once another runs.
  await page.route('**/assets/domain-page-*.js', (route) => {
    refusals += 1;
    return route.fulfill({ status: 404, body: '' });
  });
  await app.line('example.org').getByRole('link').click();
  await expect.poll(() => refusals).toBe(2);
  await app.heading('This page can’t be loaded').waitFor();
  await page.unrouteAll();
  await app.button('Reload').click();
  await app.heading('example.org').waitFor();
});
