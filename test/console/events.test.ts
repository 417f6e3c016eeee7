import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { publish } from './fixture.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();
const DAY = 86_400_000;

test('events are filtered by kind, domain and day as far back as the log goes, and saved as a table', async () => {
  let offset = -3 * DAY;
  await using server = await startTestServer({
    clock: () => new Date(Date.now() + offset),
    environment: { RATE_LIMIT_PER_MINUTE: '0' },
  });
  const { letterhead } = server;
  const domain = await letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  publish(server, domain);
  await letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
  await letterhead.keys.rotate.mutate({ account: 1, id: domain.id });
  await letterhead.webhooks.create.mutate({ account: 1, url: 'https://hooks.example.com/' });
  offset = 0;
  for (let at = 0; at < 110; at++) {
    await letterhead.tokens.create.mutate({ account: 1, name: `Token ${at}`, scopes: ['domains:read'] });
  }
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/events');
  const rows = page.getByRole('rowheader');
  await rows.first().waitFor();
  await expect.poll(() => rows.first().innerText()).toBe('The token “Token 109” was created.');
  const exact = await page.getByRole('row').nth(1).getByRole('cell').first().innerText();
  expect(exact).toMatch(/^just now\n\d\d? \w{3} \d{4}, \d\d:\d\d:\d\d /);

  // What matches is older than the page that was read first.
  for (const [kind, events] of [
    ['Results of checks', ['The DKIM record of example.org was verified.']],
    ['Keys', ['A new key was made for example.org.']],
    ['Webhooks', ['A webhook for hooks.example.com was added.']],
  ] as const) {
    await page.getByLabel('Kind').selectOption(kind);
    await expect.poll(() => rows.allInnerTexts()).toEqual(events);
  }
  await page.getByLabel('Kind').selectOption('All');
  await page.getByRole('searchbox', { name: 'Domain' }).fill('EXAMPLE.org');
  await expect.poll(() => rows.count()).toBe(3);
  await expect.poll(() => page.url()).toContain('domain=EXAMPLE.org');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines[0]).toBe('at,type,domain_id,domain,actor,token_id,address,changes');
  expect(lines[2]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,domain\.verified,1,example\.org,token,1,127\.0\.0\.1,/);
  expect(lines).toHaveLength(4);

  await page.getByLabel('From').fill(new Date(Date.now() - DAY).toISOString().slice(0, 10));
  await page.getByText('No event matches.').waitFor();
  await page.getByRole('button', { name: 'Show all events' }).click();
  await expect.poll(() => rows.count()).toBe(100);
  await page.getByRole('button', { name: 'Show earlier ones' }).click();
  await expect.poll(() => rows.count()).toBe(116);

  await page.goto(`/accounts/1/domains/${domain.id}`);
  const activity = page.getByRole('region', { name: 'Activity' }).getByRole('listitem');
  await activity.first().getByText('A new key was made for example.org.').waitFor();
  await activity.nth(1).getByText('The DKIM record was verified.').waitFor();
  await activity.last().getByText('example.org was added.').waitFor();
  expect(tab.errors).toEqual([]);
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
  expect(await time.getAttribute('title')).toMatch(/^28 Mar 2026, 17:45:00 (?:GMT\+5:45|NPT)$/);
  await page.clock.fastForward('30:00');
  await expect.poll(() => time.innerText()).toBe('4 hours ago');
  await page.clock.fastForward('32:00:00');
  await expect.poll(() => time.innerText()).toBe('1 day ago');
  await context.close();
});
