import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import type { ConsoleFixture } from './fixture.ts';
import { publish, startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';

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
  expect(printed).toEqual(names(400));
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

test('selected domains are checked, shared and deleted together, and each tells what came of it', async () => {
  await using server = await startTestServer();
  await addDomains(server, 4);
  const [verified, shared] = await Promise.all(
    ['d000.example.org', 'd001.example.org'].map(async (domain) => {
      const [found] = await server.letterhead.domains.list.query({ account: 1, domain });
      if (found === undefined) throw new Error(`${domain} was not added.`);
      return found;
    }),
  );
  if (verified === undefined || shared === undefined) throw new Error('Two domains were asked for.');
  publish(server, verified);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  const bar = page.getByRole('region', { name: 'Selected domains' });
  const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem');
  const select = async (...names: string[]) => {
    for (const name of names) await page.getByLabel(`Select ${name}`).check();
    await bar.getByText(`${names.length} selected`).waitFor();
  };
  const act = async (verb: string, expected: readonly RegExp[]) => {
    await bar.getByRole('button', { name: verb }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `${verb} 2 domains` })
      .click();
    for (const [at, result] of expected.entries()) await results.nth(at).getByText(result).waitFor();
    if (verb === 'Share') await app.button('Copy all links').click();
    await app.button('Close').last().click();
    await expect.poll(() => bar.count()).toBe(0);
  };
  await select('d000.example.org', 'd002.example.org');
  await act('Check', [/^Verified\.$/, /^Not verified\.$/]);
  await app.line('d000.example.org').getByText('Verified').waitFor();
  await select('d001.example.org', 'd002.example.org');
  await act('Share', [/\/share#lh_/, /\/share#lh_/]);
  expect(await server.letterhead.shares.list.query({ account: 1, id: shared.id })).toHaveLength(1);
  await select('d001.example.org', 'd002.example.org');
  await act('Delete', [/^Deleted\.$/, /^Deleted\.$/]);
  await page.getByText('2 domains', { exact: true }).waitFor();
  await app.button('Select all').click();
  await bar.getByText('2 selected').waitFor();
  await bar.getByRole('button', { name: 'Clear' }).click();
  expect(await page.getByLabel('Select d000.example.org').isChecked()).toBe(false);
});

test('only selected domains that are shown are acted on, and the others stay selected', async () => {
  await using tab = await openTab(browser(), fixture.server, { token: fixture.server.token });
  const { page } = tab;
  await page.goto('/accounts/1/domains?state=failed');
  const bar = page.getByRole('region', { name: 'Selected domains' });
  await page.getByLabel('Select old-brand.example').check();
  await page.getByRole('radio', { name: /^Verified 1/ }).check();
  await expect.poll(() => bar.count()).toBe(0);
  await page.getByLabel('Select example.org').check();
  await bar.getByText('1 selected').waitFor();
  await page.getByRole('radio', { name: /^All 7/ }).check();
  await bar.getByText('2 selected').waitFor();
});

test('a long list that has to wait for a rate limit says so, and what is done until then can be had', async () => {
  await using server = await startTestServer({ environment: { RATE_LIMIT_PER_MINUTE: '25' } });
  await addDomains(server, 24);
  const token = await server.makeToken(['domains:read', 'domains:write']);
  await using tab = await openTab(browser(), server, { token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.button('Select all').click();
  const bar = page.getByRole('region', { name: 'Selected domains' });
  await bar.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Share 24 domains' }).click();
  await dialog
    .getByRole('status')
    .filter({ hasText: /^Too many requests.*This goes on by itself\.$/ })
    .waitFor();
  const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem');
  const done = await results.count();
  await dialog.getByRole('button', { name: `Copy the ${done} links so far` }).click();
  expect((await app.clipboard()).split('\n')).toHaveLength(done);
});

test('a pasted list of domains is added line by line, and each line tells what became of it', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'taken.example' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.button('Add many').click();
  const pasted = 'domain,country\r\nexample.org\r\n"bücher.example",Germany\n\n192.0.2.1\ntaken.example\n';
  await page.getByLabel('Domains', { exact: true }).fill(pasted);
  await app.button('Add 4 domains').click();
  const results = page.getByRole('list', { name: 'Results' }).getByRole('listitem');
  await expect.poll(() => results.count()).toBe(4);
  const told = await results.allInnerTexts();
  expect(told.slice(0, 2)).toEqual(['example.org Added.', 'bücher.example Added.']);
  expect(told[2]).toContain('192.0.2.1 That is an IP address.');
  expect(told[3]).toContain('holds taken.example already');
  await page.keyboard.press('Escape');
  for (const name of ['example.org', 'taken.example']) await app.line(name).waitFor();
  await page.getByText('3 domains', { exact: true }).waitFor();
});

/** Adds `d000.example.org` and so on. */
async function addDomains({ letterhead }: TestServer, count: number): Promise<void> {
  await Promise.all(names(count).map((domain) => letterhead.domains.create.mutate({ account: 1, domain })));
}

/** Without times, which superjson writes elsewhere. */
function repeat(status: object, count: number): object[] {
  return Array.from({ length: count }, (_, at) => ({ ...status, id: at + 1, next_check_at: null }));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `d${String(at).padStart(3, '0')}.example.org`);
}

/** Runs in the page. */
const NAME_IN_THE_MIDDLE = `document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('tr')?.querySelector('a')?.textContent ?? ''`;

test('times are shown relative to now, with the exact one on hover in the reader’s time zone', async () => {
  const created = new Date('2026-03-28T12:00:00Z');
  await using server = await startTestServer({ clock: () => created });
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const context = await browser().newContext({ baseURL: server.url, timezoneId: 'Asia/Kathmandu' });
  await context.addInitScript((token) => sessionStorage.setItem('letterhead.token', token), server.token);
  const page = await context.newPage();
  await page.clock.install({ time: new Date('2026-03-28T15:10:00Z') });
  await page.goto(`/accounts/1/domains/${id}`);
  const time = page.getByRole('listitem').filter({ hasText: 'example.org was added.' }).getByRole('time');
  expect(await time.innerText()).toBe('3 hours ago');
  expect(await time.getAttribute('title')).toMatch(/^28 Mar 2026, 17:45:00 (?:GMT\+5:45|NPT)$/);
  await page.clock.fastForward('30:00');
  await expect.poll(() => time.innerText()).toBe('4 hours ago');
  await page.clock.fastForward('32:00:00');
  await expect.poll(() => time.innerText()).toBe('1 day ago');
  await context.close();
});

test('a name that is already taken, and what only the server knows, are reported beside the field', async () => {
  await using server = await startTestServer();
  await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/');
  await app.button('Add a domain').click();
  const field = page.getByLabel('Domain', { exact: true });
  for (const [typed, told] of [
    ['me@example.net', 'That is an e-mail address. Type only the name: example.net.'],
    ['example,net', 'A domain name has dots where you typed a comma. Type only the name: example.net.'],
    ['*.example.net', 'A wildcard is not one domain. Type only the name: example.net.'],
    ['example.net:25', 'That is a name with a port. Type only the name: example.net.'],
    ['192.0.2.1', 'That is an IP address. Type a domain name, such as example.org.'],
    ['Example.ORG.', 'You have example.org here already.'],
  ] as const) {
    await field.fill(typed);
    await page.getByText(told).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
  }
  for (const [typed, told] of [
    ['gmail.com', 'gmail.com belongs to an e-mail provider'],
    ['Yahoo.co.uk', 'yahoo.co.uk belongs to an e-mail provider'],
    ['www.example.net', 'If your addresses end in @example.net, enter example.net.'],
  ] as const) {
    await field.fill(typed);
    await page.getByText(told).waitFor();
    // It can be added all the same.
    expect(await field.getAttribute('aria-invalid')).toBe('false');
  }
  await field.fill('co.uk');
  await app.button('Add the domain').click();
  await expect.poll(() => page.getByRole('dialog').getByRole('alert').innerText()).toContain('co.uk');
});
