import { expect, test } from 'vitest';
import { startTestServer } from '../running-server.ts';
import { useBrowser } from './browser-suite.ts';
import { openTab } from './open-tab.ts';

const browser = useBrowser();

test('the reference filters its contents, shows samples in the chosen language, copies them and marks where one is', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { viewport: { width: 1280, height: 800 } });
  const { page } = tab;
  await page.goto('/reference');
  const contents = page.getByRole('navigation', { name: 'Contents' });
  const entries = contents.locator('a:visible');

  await contents.getByLabel('Filter').fill('zone file');
  expect(await entries.allInnerTexts()).toEqual(['Domains', 'Retrieve a domain’s records as a zone file']);
  await contents.getByLabel('Filter').fill('');
  expect(await entries.count()).toBeGreaterThan(40);

  const created = page.getByRole('region', { name: 'Create a domain' });
  await created.getByText('curl http').waitFor();
  await contents.getByLabel('Python (requests)').check();
  expect(await created.getByText('curl http').isVisible()).toBe(false);
  await created.getByText('import requests').waitFor();
  await created.getByRole('button', { name: 'Copy: Sample request in Python (requests)' }).click();
  await created.getByText('Copied').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('response = requests.post(');

  await contents.getByRole('link', { name: 'Diagnosis codes' }).click();
  const current = contents.locator('[aria-current]');
  await expect.poll(() => current.allInnerTexts()).toEqual(['Diagnosis codes']);
  expect(tab.errors).toEqual([]);
});
