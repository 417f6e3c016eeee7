import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { addDomains, type ConsoleFixture, domainNames, publish, startFixture } from '../fixture.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

/** Read and never changed: an account with a domain in every state, and one with 400 domains. */
let fixture: ConsoleFixture;
let long: TestServer;
beforeAll(async () => {
  fixture = await startFixture();
  long = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  await addDomains(long, 400);
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await long[Symbol.asyncDispose]();
});

test('search and state narrow the list of domains, in either spelling, and are kept on the way back', async () => {
  await using tab = await openTab(browser(), fixture.server, { token: fixture.server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.line('example.org').waitFor();
  const names = () => page.getByRole('rowheader').allInnerTexts();
  expect(await names()).toHaveLength(7);

  for (const spelling of ['BÜCH', 'xn--bch']) {
    await page.getByLabel('Search by name').fill(spelling);
    await expect.poll(names).toEqual(['bücher.example (xn--bcher-kva.example)']);
  }
  await page.getByLabel('Search by name').fill('');
  await page.getByRole('radio', { name: /^Failed 1/ }).check();
  await expect.poll(names).toEqual(['old-brand.example']);
  await page.getByLabel('Search by name').fill('old');
  await expect.poll(() => page.url()).toContain('search=old&state=failed');
  await page.getByRole('link', { name: 'old-brand.example' }).click();
  await app.heading('old-brand.example').waitFor();
  await page.goBack();
  await expect.poll(names).toEqual(['old-brand.example']);
  expect(await page.getByLabel('Search by name').inputValue()).toBe('old');

  await page.getByLabel('Search by name').fill('nowhere');
  await page.getByText('No domain here has “nowhere” in its name.').waitFor();
  await page.getByRole('button', { name: 'Show all domains' }).click();
  await expect.poll(names).toHaveLength(7);
});

test('a domain whose record is wrong needs attention: it stands before those that wait, with the reason', async () => {
  await using tab = await openTab(browser(), fixture.server, { token: fixture.server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.line('mail.example.net').getByText('Needs attention').waitFor();
  await app.line('mail.example.net').getByText('Host doubled').waitFor();
  const names = () => page.getByRole('rowheader').allInnerTexts();
  const urgent = ['old-brand.example', 'newsletter.example', 'mail.example.net', 'shop.example'];
  expect((await names()).slice(0, 4)).toEqual(urgent);
  await page.getByRole('radio', { name: /^Needs attention 4/ }).check();
  await expect.poll(names).toEqual(urgent);
  expect(await app.line('example.org').count()).toBe(0);
});

test('the list is sorted by each column in both directions, and stays so on the way back', async () => {
  await using tab = await openTab(browser(), fixture.server, { token: fixture.server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.line('example.org').waitFor();
  const first = () => page.getByRole('rowheader').first().innerText();
  const last = () => page.getByRole('rowheader').last().innerText();
  const heading = (name: string) => page.getByRole('columnheader', { name });
  for (const [name, direction, at, expected] of [
    ['Domain', 'ascending', first, 'bücher.example (xn--bcher-kva.example)'],
    ['Domain', 'descending', first, 'support.example.com'],
    ['State', 'ascending', first, 'old-brand.example'],
    ['State', 'descending', first, 'example.org'],
    ['Last check', 'ascending', first, 'support.example.com'],
    ['Next check', 'ascending', last, 'example.org'],
  ] as const) {
    await heading(name).getByRole('button').click();
    await expect.poll(at).toBe(expected);
    expect(await heading(name).getAttribute('aria-sort')).toBe(direction);
  }
  await expect.poll(() => page.url()).toContain('sort=next');
  await page.getByRole('link', { name: 'example.org' }).click();
  await page.getByRole('link', { name: 'Domains', exact: true }).first().click();
  await expect.poll(last).toBe('example.org');
  expect(await heading('Next check').getAttribute('aria-sort')).toBe('ascending');
});

test('a long list has only the rows around the window in the page, and is where it was on the way back', async () => {
  await using tab = await openTab(browser(), long, { token: long.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  const rows = page.getByRole('rowheader');
  await app.line('d000.example.org').waitFor();
  expect(await rows.count()).toBeLessThan(60);
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('401');
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
  await app.line('d399.example.org').waitFor();
  expect(await rows.count()).toBeLessThan(60);

  await page.evaluate('scrollTo(0, 8000)');
  const onScreen = () => page.evaluate<string>(NAME_IN_THE_MIDDLE);
  await expect.poll(onScreen).toMatch(/^d1\d\d/);
  const name = await onScreen();
  const scroll = await page.evaluate('scrollY');
  for (const back of [
    () => page.goBack(),
    () => page.getByRole('link', { name: 'Domains' }).first().click(),
  ]) {
    await app.line(name).getByRole('link').click();
    await app.heading(name).waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(0);
    await back();
    await app.line(name).waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(scroll);
    expect(await onScreen()).toBe(name);
  }
});

test('a long list is printed whole, as far as it is filtered, and is where it was afterwards', async () => {
  await using tab = await openTab(browser(), long, { token: long.token });
  const { page } = tab;
  // Told before the page itself, which then takes its rows back.
  await page.addInitScript(
    `addEventListener('afterprint', () => { window.printed = [...document.querySelectorAll('tbody th')].map((name) => name.innerText); });`,
  );
  await page.goto('/accounts/1/domains?sort=name');
  await new ConsolePage(page).line('d000.example.org').waitFor();
  await page.evaluate('scrollTo(0, 8000)');
  await expect.poll(() => page.evaluate<string>(NAME_IN_THE_MIDDLE)).toMatch(/^d1\d\d/);
  const name = await page.evaluate<string>(NAME_IN_THE_MIDDLE);
  await page.pdf();
  const printed = await page.evaluate<string[]>('printed');
  expect(printed).toEqual(domainNames(400));
  expect(await page.getByRole('rowheader').count()).toBeLessThan(60);
  expect(await page.evaluate<string>(NAME_IN_THE_MIDDLE)).toBe(name);

  await page.getByLabel('Search by name').fill('d39');
  await page.getByText('10 of 400 domains').waitFor();
  await page.pdf();
  expect(await page.evaluate('printed')).toEqual(printed.filter((each) => each.startsWith('d39')));
});

test('of a list that is too long to be printed whole, the print tells how many are left out', async () => {
  await using server = await startTestServer();
  await addDomains(server, 1);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  // Copies of one domain of a real answer stand for more than a test could create.
  await page.route(/domains\.statuses/, async (route) => {
    const response = await route.fetch();
    const text = JSON.stringify(await response.json(), (_key, value) =>
      Array.isArray(value) && value[0]?.severity !== undefined ? repeat(value[0], 5_002) : value,
    );
    await route.fulfill({ response, body: text });
  });
  await page.goto('/');
  await page.getByText('5002 domains').waitFor();
  await page.emulateMedia({ media: 'print' });
  await page.getByText('2 more domains are not printed.').waitFor();
  const rows = page.locator('tbody th');
  expect(await rows.count()).toBe(5_000);
  await page.emulateMedia({ media: 'screen' });
  await page.getByText('2 more domains are not printed.').waitFor({ state: 'detached' });
  expect(await rows.count()).toBeLessThan(60);
});

test('a change of one domain reads that domain alone again, and coming back to the list reads nothing', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '0' } });
  const { domains } = server.letterhead;
  const domain = await domains.create.mutate({ account: 1, domain: 'a.example.org' });
  await addDomains(server, 200);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  const read: string[] = [];
  page.on('request', (request) => {
    // Calls of the same moment share a request.
    read.push(...(request.url().match(/domains\.(?:list|statuses)/g) ?? []));
  });
  await page.goto('/');
  await app.line('a.example.org').getByText('Waiting').waitFor();
  publish(server, domain);
  await domains.verifyDns.mutate({ account: 1, id: domain.id });
  await page.getByRole('radio', { name: /^Verified 1/ }).check();
  await app.line('a.example.org').getByText('Verified').waitFor();
  await app.line('a.example.org').getByRole('link').click();
  await app.heading('a.example.org').waitFor();
  await domains.create.mutate({ account: 1, domain: 'new.example' });
  await page.goBack();
  await page.getByRole('radio', { name: /^All 202/ }).check();
  await page.getByLabel('Search by name').fill('new.');
  await app.line('new.example').getByText('Waiting').waitFor();
  await domains.delete.mutate({ account: 1, id: domain.id });
  await page.getByRole('radio', { name: /^All 201/ }).waitFor();
  expect(read).toEqual(['domains.statuses']);
});

test('what is filtered is saved as a table, in the order of the list', async () => {
  await using tab = await openTab(browser(), fixture.server, { token: fixture.server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/domains?state=attention&sort=-name');
  await page.getByText('4 of 7 domains').waitFor();
  const saved = page.waitForEvent('download');
  await app.button('Export as CSV').click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines.map((line) => line.split(',').slice(0, 4))).toEqual([
    ['domain', 'status', 'needs_attention', 'code'],
    ['shop.example', 'pending', 'true', 'KEY_TRUNCATED'],
    ['old-brand.example', 'failed', 'true', 'RECORD_MISSING'],
    ['newsletter.example', 'degraded', 'true', 'RECORD_MISSING'],
    ['mail.example.net', 'pending', 'true', 'HOST_DOUBLED'],
  ]);
});

/** Without times, which superjson writes elsewhere. */
function repeat(status: object, count: number): object[] {
  return Array.from({ length: count }, (_, at) => ({ ...status, id: at + 1, next_check_at: null }));
}

/** Runs in the page. */
const NAME_IN_THE_MIDDLE = `document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr')?.querySelector('a')?.textContent ?? ''`;
