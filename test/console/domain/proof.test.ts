import { request } from 'node:http';
import { letterhead } from '@letterhead/client/nodemailer';
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../running-server.ts';
import { addVerifiedDomain } from '../../signing/sending-account.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { until } from '../fixture.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

async function sendSigned({ letterhead: client }: TestServer): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  transport.use('stream', letterhead(client, { account: 1 }));
  const mail = { from: 'help@example.org', to: 'you@example.net', subject: 'Hello', text: 'Hello.' };
  return String((await transport.sendMail(mail)).message);
}

/** What a list of facts says under a term. */
const fact = (page: Page, term: string) =>
  page.getByRole('term').filter({ hasText: term }).locator('xpath=following-sibling::dd[1]').textContent();

test('a domain’s page shows its key and what it signed, and proves the key by mail that arrived', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const [selector] = domain.dns_records[0]?.hostname.split('.') ?? [];
  const mail = await sendSigned(server);
  await using tab = await openTab(browser(), server, { token: await server.makeToken(['domains:read']) });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/accounts/1/domains/${domain.id}`);
  await expect.poll(() => fact(page, 'Signed today')).toBe('1');
  await expect.poll(() => fact(page, 'Selector')).toBe(selector);
  expect(await fact(page, 'Kind')).toBe('RSA, 2048 bits');

  await app.button('Test with a mail').click();
  const dialog = page.getByRole('dialog', { name: 'Test with a mail that arrived' });
  const source = dialog.getByLabel('Source of the mail');
  const result = dialog.getByRole('status');
  await dialog.getByText('at most 25 MiB').waitFor();
  // A text field has other line ends than mail.
  await source.fill(`\n${mail}`);
  await app.button('Test this mail').click();
  await result.getByText('It works: the message is signed with the key of example.org').waitFor();
  expect(await result.getByRole('definition').allTextContents()).toEqual([
    'example.orgthis key',
    selector,
    'Verifies',
    'Yes: From is help@example.org',
  ]);

  const file = (content: Buffer) => ({ name: 'a.eml', mimeType: 'message/rfc822', buffer: content });
  const choose = dialog.getByLabel('Test a file');
  await choose.setInputFiles(file(Buffer.from(mail.replace('Hello.', 'Hello!'))));
  await result.getByText('The body was changed after example.org signed it').waitFor();
  await result.getByText('Doesn’t verify').waitFor();

  await choose.setInputFiles(file(Buffer.alloc(25 * 1024 ** 2 + 1)));
  await dialog.getByRole('alert').getByText('Take one of at most 25 MiB').waitFor();
  expect(await result.textContent()).toBe('');

  await source.fill('From: help@example.org\n\nHello.');
  await app.button('Test this mail').click();
  await result.getByText('The message has no DKIM signature.').waitFor();
  expect(tab.errors).toEqual([]);
});

test('why a mail is not judged is said in the dialog, which can try again', async () => {
  await using server = await startTestServer();
  const domain = await addVerifiedDomain(server, 'example.org');
  const mail = await sendSigned(server);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/accounts/1/domains/${domain.id}`);
  await app.button('Test with a mail').click();
  const dialog = page.getByRole('dialog', { name: 'Test with a mail' });
  await dialog.getByLabel('Source of the mail').fill(mail);
  await page.route('**/proof', (route) => route.abort());
  await app.button('Test this mail').click();
  await dialog.getByRole('alert').getByText('Letterhead can’t be reached').waitFor();
  await page.unroute('**/proof');
  await app.button('Try again').click();
  await dialog.getByText('It works').waitFor();

  // One that is on its way is in the place of the next.
  const { promise, resolve } = Promise.withResolvers<void>();
  const path = `/accounts/1/domains/${domain.id}/proof`;
  const slow = request(`${server.url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.token}`,
      'content-type': 'message/rfc822',
      'content-length': 9,
      expect: '100-continue',
    },
  });
  slow
    .once('continue', resolve)
    .on('error', () => {})
    .flushHeaders();
  await promise;
  await app.button('Test this mail').click();
  await dialog.getByRole('alert').getByText('Another message is being judged.').waitFor();
  slow.destroy();
  const headers = { 'content-type': 'message/rfc822' };
  await until(async () => (await server.rest('POST', path, { headers, body: mail })).status === 200);
  await app.button('Try again').click();
  await dialog.getByText('It works').waitFor();
});
