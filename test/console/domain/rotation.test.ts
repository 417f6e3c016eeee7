import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { addVerifiedDomain, publishRecords } from '../../signing/sending-account.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

test('a key is rotated, a rotation is cancelled and a key is revoked on a domain’s page, which says what each record is for', async () => {
  await using server = await startTestServer();
  const { id } = await addVerifiedDomain(server, 'example.org');
  const get = () => server.letterhead.domains.get.query({ account: 1, id });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  const roles = () => page.locator('.key-role').allTextContents();
  await page.goto(`/accounts/1/domains/${id}`);

  await app.button('Rotate').click();
  // There is no key zone to switch to.
  expect(await page.getByRole('button', { name: /^Switch/ }).count()).toBe(0);
  await page.getByRole('dialog', { name: 'Rotate the key?' }).waitFor();
  await app.button('Rotate the key').click();
  await page.getByRole('heading', { name: 'Add 1 record to example.org' }).waitFor();
  expect(await roles()).toEqual(['Signs now', 'Next key: signs once this is found']);
  await app.button('Cancel rotation').click();
  await app.button('Cancel the rotation').click();
  await page.getByRole('heading', { name: 'The record is published' }).waitFor();
  expect(await roles()).toEqual([]);

  await app.button('Rotate').click();
  await app.button('Rotate the key').click();
  await page.getByText('Next key').waitFor();
  publishRecords(server, await get());
  await app.button('Check now').click();
  await page.getByText(/safe to remove from \d+ \w+ on/).waitFor();
  expect((await roles())[1]).toBe('Signs now');
  await page.getByRole('heading', { name: 'The record is published' }).waitFor();

  await app.button('Revoke').click();
  await page.getByRole('dialog', { name: 'Revoke the key?' }).waitFor();
  await app.button('Revoke the key').click();
  await page.getByRole('heading', { name: 'Remove the record of the revoked key' }).waitFor();
  await page.getByRole('heading', { name: 'Add 1 record to example.org' }).waitFor();
  await page.getByText('usually where you bought it.').waitFor();
  expect(await page.getByText('Change nothing else').count()).toBe(0);
  expect(tab.errors).toEqual([]);
});

test('a share link shows whoever edits the DNS the second record, and from when on the first can go', async () => {
  await using server = await startTestServer();
  const { id } = await addVerifiedDomain(server, 'example.org');
  await server.letterhead.keys.rotate.mutate({ account: 1, id });
  const { token } = await server.letterhead.shares.create.mutate({ account: 1, id });
  await using tab = await openTab(browser(), server);
  const { page } = tab;
  await page.goto(`/share#${token}`);
  await page.getByText('Next key: signs once this is found').waitFor();
  publishRecords(server, await server.letterhead.domains.get.query({ account: 1, id }));
  await new ConsolePage(page).button('Check now').click();
  await page.getByText(/safe to remove from \d+ \w+ on/).waitFor();
  await page.getByText('There is nothing left for you to do').waitFor();
  expect(tab.errors).toEqual([]);
});
