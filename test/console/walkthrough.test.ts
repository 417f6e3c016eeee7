import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { ConsolePage } from './console-page.ts';
import { dkimOf } from './fixture.ts';
import { countLayoutShift, layoutShift } from './layout-shift.ts';
import { openTab } from './open-tab.ts';
import { rewordDiagnoses } from './reword-diagnoses.ts';

const browser = useBrowser();

/** The server's sentences as they are, and others in their place: the page reads none of them. */
const WORDINGS: readonly [string, (page: Page) => Promise<void>][] = [
  ['as it words them', async () => {}],
  ['with every sentence reworded at random', rewordDiagnoses],
];

test.each(WORDINGS)(
  'a person signs in, adds a domain, reads the diagnosis of its wrong record, %s, and mends it',
  async (_, word) => {
    await using server = await startTestServer();
    await using tab = await openTab(browser(), server);
    const { page } = tab;
    await word(page);
    const app = new ConsolePage(page);
    await countLayoutShift(page);

    await app.signIn(server.token);
    await page.getByRole('heading', { name: 'Send mail in your own name' }).waitFor();
    await page.getByLabel('Domain', { exact: true }).fill('https://example.org/contact');
    await page.getByText('That is a web address. Type only the name: example.org.').waitFor();
    await app.addDomain('example.org');
    await app.badge('Waiting').waitFor();
    await app.found('RECORD_MISSING').waitFor();
    await page.getByRole('heading', { name: 'Add 1 record to example.org' }).waitFor();
    // What nobody has added yet is nothing wrong.
    expect(await page.locator('.verdict').count()).toBe(0);

    const [domain] = await server.letterhead.domains.list.query({ account: 1 });
    const [dkim] = domain?.dns_records ?? [];
    if (domain === undefined || dkim === undefined) throw new Error('The domain was not made.');
    const record = app.record('DKIM');
    await record.getByRole('button', { name: 'Copy the DKIM host' }).click();
    await record.getByRole('button', { name: 'Copied the DKIM host' }).waitFor();
    expect(await app.clipboard()).toBe(dkim.hostname);
    await record.getByRole('button', { name: 'Copy the DKIM value' }).click();
    await record.getByRole('button', { name: 'Copied the DKIM value' }).waitFor();
    expect(await app.clipboard()).toBe(dkim.value);

    const doubled = `${dkim.hostname}.example.org.example.org`;
    server.dns.publish(doubled, { TXT: [dkim.value] });
    await app.checkNow();
    await app.verdict('HOST_DOUBLED').waitFor();
    await page.getByRole('heading', { name: 'Correct 1 record in example.org' }).waitFor();
    const toDo = app.verdict('HOST_DOUBLED').locator('[data-kind=move]');
    await toDo.getByText(dkim.hostname, { exact: true }).waitFor();
    // What the row above has a button for has no second one, least of all the value, which stays as it is.
    expect(await toDo.getByRole('button').count()).toBe(0);
    await record.getByText(doubled, { exact: true }).waitFor();
    expect(await record.locator('mark').allTextContents()).toEqual(['.example.org']);
    await record.getByRole('button', { name: 'Details of the DKIM record' }).click();
    await record
      .getByRole('row', { name: /^ns1\.example\.org/ })
      .getByText('There is no such record')
      .waitFor();

    // Sentences of any length may move what is below them; so does a record that is found while somebody looks on.
    if (word !== rewordDiagnoses) expect(await layoutShift(page)).toBeLessThan(0.02);

    server.dns.publish(doubled, null);
    server.dns.publish(`${dkim.hostname}.example.org`, { TXT: [dkim.value] });
    // Somebody else's check: the page hears of it by itself.
    await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
    await app.badge('Verified').waitFor();
    await app.found('OK').waitFor();
    await page.getByText('There is nothing left to do: keep the records in place.').waitFor();
    await record.getByText('Found', { exact: true }).waitFor();
    await page.getByRole('list').getByText('The DKIM record was verified.').waitFor();
    await app.button('Delete').click();
    const confirmation = page.getByRole('dialog', { name: 'Delete example.org?' });
    await confirmation.getByText('Sending from addresses at example.org stops immediately.').waitFor();
    await confirmation.getByRole('button', { name: 'Delete example.org' }).click();
    await page.getByRole('heading', { name: 'Send mail in your own name' }).waitFor();
    expect(await server.letterhead.domains.list.query({ account: 1 })).toEqual([]);
    expect(tab.errors).toEqual([]);
  },
);

test('the records can be copied as text, as a zone file and as a table', async () => {
  await using server = await startTestServer();
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'mail.example.org',
  });
  const [dkim] = dns_records;
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/accounts/1/domains/${id}`);

  await page.getByRole('button', { name: 'Write the e-mail' }).click();
  await page.getByRole('button', { name: 'Copy the text for an e-mail' }).click();
  await expect.poll(() => app.clipboard()).toContain(`Value: ${dkim?.value}`);
  expect(await app.clipboard()).toContain(`Host:  ${dkim?.hostname}\n`);
  expect(await app.clipboard()).toContain(`(in full: ${dkim?.hostname}.example.org)`);
  expect(await app.clipboard()).toContain('Thank you!\nHelp desk\n');
  // The link in it works.
  const [link = ''] = (await app.clipboard()).match(/http\S+\/share#lh_\S+/) ?? [];
  await page.keyboard.press('Escape');
  await using colleague = await openTab(browser(), server);
  await colleague.page.goto(link);
  await colleague.page.getByText('Help desk asks you to add a DNS record for mail.example.org').waitFor();

  expect(await download(page, 'Download the zone file')).toEqual([
    'mail.example.org.zone',
    await server.letterhead.domains.zoneFile.query({ account: 1, id }),
  ]);
  const [name, table] = await download(page, 'Download the table');
  expect(name).toBe('mail.example.org.csv');
  expect(table.split('\r\n')).toEqual([
    'label,type,host,host in full,value',
    `DKIM,TXT,${dkim?.hostname},${dkim?.hostname}.example.org,${dkim?.value}`,
    '',
  ]);
});

test('a rename says what it costs, refuses an invalid name, and shows the new records', async () => {
  await using server = await startTestServer({ dns: { zones: { 'example.org': {}, 'example.net': {} } } });
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto(`/accounts/1/domains/${id}`);
  await page.getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename example.org' });
  await dialog.getByText('Renaming makes a new key and new records.').waitFor();
  // Told while it is typed, as when a domain is added; its own name is no clash.
  await dialog.getByLabel('New name').fill('Example.org');
  await dialog.getByLabel('New name').fill('someone@example.net');
  await dialog.getByText('That is an e-mail address. Type only the name: example.net.').waitFor();
  await dialog.getByLabel('New name').fill('example.net');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'example.net' }).waitFor();
  const { dns_records } = await server.letterhead.domains.get.query({ account: 1, id });
  await page.getByText(dns_records[0]?.value ?? '', { exact: true }).waitFor();
  await page.getByText('example.org was renamed to example.net, with a new key.').waitFor();
});

test('an internationalised name is shown in both spellings in the delete dialog and in the e-mail', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'bücher.example' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/accounts/1/domains/${id}`);
  for (const [button, title] of [
    ['Rename', 'Rename bücher.example (xn--bcher-kva.example)'],
    ['Share', 'Share bücher.example (xn--bcher-kva.example)'],
    ['Delete', 'Delete bücher.example (xn--bcher-kva.example)?'],
  ] as const) {
    await app.button(button).click();
    await page.getByRole('dialog', { name: title, exact: true }).waitFor();
    await page.keyboard.press('Escape');
  }
  await app.button('Write the e-mail').click();
  await app.button('Copy the text for an e-mail').click();
  await expect
    .poll(() => app.clipboard())
    .toContain('mail from bücher.example (xn--bcher-kva.example) can be signed');
});

test.each(WORDINGS)(
  'the diagnosis of several values, %s, lets only the right one be copied, and keeps its full stop',
  async (_, word) => {
    await using server = await startTestServer();
    const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
    const { hostname, value } = dkimOf(domain);
    server.dns.publish(`${hostname}.example.org`, { TXT: [value, 'somebody=else'] });
    await using tab = await openTab(browser(), server, { token: server.token });
    const { page } = tab;
    await word(page);
    const app = new ConsolePage(page);
    await page.goto(`/accounts/1/domains/${domain.id}`);
    await app.verdict('MULTIPLE_RECORDS').waitFor();
    const toDo = app.verdict('MULTIPLE_RECORDS');
    const record = app.record('DKIM');
    expect(await record.getByRole('button', { name: /^Copy/ }).allTextContents()).toEqual([
      'Copy the DKIM host',
      'Copy the DKIM value',
    ]);
    await record.getByRole('button', { name: 'Copy the DKIM value' }).click();
    expect(await app.clipboard()).toBe(value);
    // Beside the right value nothing is to be compared: what is too much is named.
    await record.getByText('Also found').waitFor();
    expect(await record.getByText('Expected value').count()).toBe(0);
    const stop = toDo.locator('.exact').last();
    expect(await stop.textContent()).toMatch(/\.$/);
  },
);

test('a verified domain with a problem says that its mail still goes out', async () => {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.letterhead.example' },
    dns: { zones: { 'example.org': {}, 'letterhead.example': {} } },
  });
  const domain = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  const { hostname, value } = dkimOf(domain);
  server.dns.publish(`${hostname}.example.org`, { TXT: [value] });
  await using tab = await openTab(browser(), server, { token: server.token });
  const app = new ConsolePage(tab.page);
  await tab.page.goto(`/accounts/1/domains/${domain.id}`);
  await app.found('RECORD_MISSING').waitFor();
  await tab.page.getByText('The domain is verified. Mail can be sent from it.').waitFor();
});

test('the provider is recognized from the name servers, with its habits', async () => {
  await using server = await startTestServer({
    dns: {
      zones: {
        'example.org': { '@': { NS: ['ns-1.awsdns-01.com'] } },
        'awsdns-01.com': { 'ns-1': { A: ['127.0.0.2'] } },
      },
    },
  });
  const { id, dns_records } = await server.letterhead.domains.create.mutate({
    account: 1,
    domain: 'example.org',
  });
  const [dkim] = dns_records;
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto(`/accounts/1/domains/${id}`);
  await page.getByText('The DNS of example.org is at Amazon Route 53').waitFor();
  await page
    .getByText(
      'At Amazon Route 53, enter the host without .example.org in “Record name”, and the value in “Value”.',
    )
    .waitFor();
  const link = page.getByRole('link', { name: 'open its DNS page of Amazon Route 53 (in a new tab)' });
  expect(await link.getAttribute('href')).toMatch(/^https:\/\/console\.aws\.amazon\.com\//);
  await page.getByRole('button', { name: 'Copy the DKIM value' }).click();
  const value = dkim?.value ?? '';
  await expect
    .poll(() => new ConsolePage(page).clipboard())
    .toBe(`"${value.slice(0, 255)}" "${value.slice(255)}"`);
});

test.each(WORDINGS)(
  'the fix for a subdomain on name servers of its own, %s, is relative to its zone',
  async (_, word) => {
    const authority = { A: ['127.0.0.2'] };
    await using server = await startTestServer({
      dns: {
        zones: {
          'example.org': { mail: { NS: ['ns.mail.example.org'] }, 'ns.mail': authority },
          'mail.example.org': { '@': { NS: ['ns.mail.example.org'] }, ns: authority },
        },
      },
    });
    const { id, dns_records } = await server.letterhead.domains.create.mutate({
      account: 1,
      domain: 'mail.example.org',
    });
    const [label = ''] = dns_records[0]?.hostname.split('.mail') ?? [];
    await using tab = await openTab(browser(), server, { token: server.token });
    const { page } = tab;
    await word(page);
    await page.goto(`/accounts/1/domains/${id}`);
    await page.getByText('Most providers add .mail.example.org for you').waitFor();
    await page.getByRole('button', { name: 'Copy the DKIM host' }).click();
    await expect.poll(() => new ConsolePage(page).clipboard()).toBe(label);
  },
);

test('a page that breaks says that it is not the person’s fault, and can be shown again', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.domains.create.mutate({ account: 1, domain: 'example.org' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.route(/domains\.get/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll('"dns_records"', '"records"') });
  });
  await page.goto(`/accounts/1/domains/${id}`);
  await page.getByRole('heading', { name: 'Something went wrong on this page' }).waitFor();
  await page.unroute(/domains\.get/);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { level: 1, name: 'example.org' }).waitFor();
});

async function download(page: Page, name: string): Promise<[name: string, text: string]> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name }).click(),
  ]);
  return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
}
