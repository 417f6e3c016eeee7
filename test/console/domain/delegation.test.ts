import { type Domain, recordFqdn } from '@letterhead/shared';
import { expect, test } from 'vitest';
import { LoopbackPrimary } from '../../key-zone/loopback-primary.ts';
import { startTestServer, type TestServer } from '../../running-server.ts';
import { publishRecords } from '../../signing/sending-account.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();
const WEEK = 7 * 24 * 3_600_000;

/** Publishes at the targets of CNAME records what the key zone is to have there, as its primary would. */
async function publishZone({ letterhead, dns }: TestServer): Promise<void> {
  const lines = (await letterhead.keyZone.export.query({ account_id: 1 })).trim().split('\n');
  for (const line of lines) {
    const [owner = '', , , , text = ''] = line.split('\t');
    const strings = [...text.matchAll(/"([^"]*)"/g)].map(([, string]) => string).join('');
    dns.publish(owner.replace(/\.$/, ''), { TXT: [strings] });
  }
}

test('a domain whose keys are in the key zone is set up by two CNAME records, switched to a TXT record and back', async () => {
  let offset = 0;
  await using zone = await LoopbackPrimary.start();
  await using server = await startTestServer({
    environment: zone.settings,
    clock: () => new Date(Date.now() + offset),
    dns: { zones: { 'example.org': {}, 'elsewhere.example': {}, 'keys.example': {} } },
  });
  const { domains } = server.letterhead;
  const domain = await domains.create.mutate({ account: 1, domain: 'example.org' });
  const { id } = domain;
  const get = (): Promise<Domain> => domains.get.query({ account: 1, id });
  await publishZone(server);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  const roles = () => page.locator('.key-role').allTextContents();
  const perform = async (button: string, action: string) => {
    await app.button(button).click();
    await page.getByRole('dialog').getByRole('button', { name: action }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await page.goto(`/accounts/1/domains/${id}`);

  await app.heading('example.org').waitFor();
  await page.getByRole('heading', { name: 'Add 2 records to example.org' }).waitFor();
  for (const [at, { hostname, value }] of domain.dns_records.entries()) {
    const row = app.record('DKIM').nth(at);
    await row.getByText('CNAME', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Copy the DKIM host' }).click();
    await expect.poll(() => app.clipboard()).toBe(hostname);
    await row.getByRole('button', { name: 'Copy the DKIM value' }).click();
    await expect.poll(() => app.clipboard()).toBe(value);
  }

  const [first = never()] = domain.dns_records;
  const wrong = first.value.replace('keys.example', 'elsewhere.example');
  server.dns.publish(recordFqdn(first.hostname, domain), { CNAME: wrong });
  await app.checkNow();
  const verdict = app.verdict('CNAME_WRONG_TARGET');
  await verdict.getByRole('heading', { name: 'The CNAME record points to the wrong name' }).waitFor();
  expect(await verdict.locator('mark[title="differs"]').allInnerTexts()).toContain('elsewhere');
  publishRecords(server, domain);
  await app.checkNow();
  await page.getByRole('heading', { name: 'Both records are published' }).waitFor();
  expect(await roles()).toEqual(['Leads to the key that signs', 'For later keys: needed as well']);

  await perform('Switch to a TXT record', 'Switch to a TXT record');
  await page.getByRole('heading', { name: 'Add 1 record to example.org' }).waitFor();
  expect(await roles()).toEqual([
    'Leads to the key that signs',
    'For later keys: needed as well',
    'Next key: signs once this is found',
  ]);
  await perform('Cancel switch', 'Cancel the switch');
  await page.getByRole('heading', { name: 'Both records are published' }).waitFor();

  await perform('Switch to a TXT record', 'Switch to a TXT record');
  publishRecords(server, await get());
  await app.checkNow();
  await page
    .getByText(/safe to remove from \d+ \w+ on/)
    .first()
    .waitFor();
  offset += WEEK + 3_600_000;
  await domains.verifyDns.mutate({ account: 1, id });
  await page.getByRole('heading', { name: 'The record is published' }).waitFor();

  // Both CNAME records are there from before; a check can come before the zone has the next key.
  await perform('Switch to CNAME records', 'Switch to CNAME records');
  const published = page.getByRole('heading', { name: 'All 3 records are published' });
  const check = async () => {
    await app.checkNow();
    return published.isVisible();
  };
  await expect.poll(check, { interval: 500, timeout: 20_000 }).toBe(true);
  expect(await roles()).toEqual(['Signs now', 'Leads to the next key', 'For later keys: needed as well']);
  expect(tab.errors).toEqual([]);
});

test('a fault of the key zone is not called a record to correct, and it is said from when on mail is signed', async () => {
  await using zone = await LoopbackPrimary.start();
  await using server = await startTestServer({
    environment: zone.settings,
    dns: { zones: { 'example.org': {}, 'keys.example': {} } },
  });
  const { domains, shares } = server.letterhead;
  const domain = await domains.create.mutate({ account: 1, domain: 'example.org' });
  publishRecords(server, domain);
  const share = await shares.create.mutate({ account: 1, id: domain.id });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/share#${share.token}`);
  await app.checkNow();
  await app.verdict('TARGET_MISSING').first().waitFor();
  await page.getByRole('heading', { name: 'Both records are published' }).waitFor();
  await page.getByText('There is nothing left for you to do').waitFor();
  expect(await page.getByText('Ours to fix').count()).toBe(2);
  expect(await page.getByText('Change nothing else').count()).toBe(0);
  await publishZone(server);
  await app.checkNow();
  await page.getByText(/once resolvers have forgotten .+: in \d+ minutes/).waitFor();
  expect(tab.errors).toEqual([]);
});

function never(): never {
  throw new Error('A domain has records.');
}
