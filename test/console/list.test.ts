import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();

test('search and state narrow the list of domains, in either spelling, and are kept on the way back', async () => {
  await using fixture = await startFixture();
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
  expect(await time.getAttribute('title')).toMatch(/^28 March 2026 at 17:45:00 (?:GMT\+5:45|NPT)$/);
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
    ['*.example.net', 'A wildcard is not one domain. Type only the name: example.net.'],
    ['example.net:25', 'That is a name with a port. Type only the name: example.net.'],
    ['192.0.2.1', 'That is an IP address. Type a domain name, such as example.org.'],
    ['Example.ORG.', 'You have example.org here already.'],
  ] as const) {
    await field.fill(typed);
    await page.getByText(told).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
  }
  await field.fill('co.uk');
  await app.button('Add the domain').click();
  await expect.poll(() => page.getByRole('dialog').getByRole('alert').innerText()).toContain('co.uk');
});
