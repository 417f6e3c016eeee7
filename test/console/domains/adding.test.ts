import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

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
  // Nothing outside of a dialog is read out while it is open.
  await page.getByRole('dialog').getByRole('status').getByText('Done for 2 of 4 domains.').waitFor();
  const told = await results.allInnerTexts();
  expect(told.slice(0, 2)).toEqual(['example.org Added.', 'bücher.example Added.']);
  expect(told[2]).toContain('192.0.2.1 That is an IP address.');
  expect(told[3]).toContain('holds taken.example already');
  await page.keyboard.press('Escape');
  for (const name of ['example.org', 'taken.example']) await app.line(name).waitFor();
  await page.getByText('3 domains', { exact: true }).waitFor();
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
