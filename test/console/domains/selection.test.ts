import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { addDomains, publish } from '../fixture.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

test('selected domains are checked, shared and deleted together, and each tells what came of it', async () => {
  await using server = await startTestServer();
  const [verified, shared] = await addDomains(server, 4);
  if (verified === undefined || shared === undefined) throw new Error('Four domains were added.');
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
  await using server = await startTestServer();
  const [verified] = await addDomains(server, 2);
  if (verified === undefined) throw new Error('Two domains were added.');
  publish(server, verified);
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id: verified.id });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/domains?state=pending');
  const bar = page.getByRole('region', { name: 'Selected domains' });
  await page.getByLabel('Select d001.example.org').check();
  await page.getByRole('radio', { name: /^Verified 1/ }).check();
  await expect.poll(() => bar.count()).toBe(0);
  await page.getByLabel('Select d000.example.org').check();
  await bar.getByText('1 selected').waitFor();
  await page.getByRole('radio', { name: /^All 2/ }).check();
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
