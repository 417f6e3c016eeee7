import { expect, test } from 'vitest';
import { chunk, END, picture, pixels } from '../../auth/picture.ts';
import { startMailServer } from '../../notices/mail-server.ts';
import { startTestServer } from '../../running-server.ts';
import { addVerifiedDomain } from '../../signing/sending-account.ts';
import { useBrowser } from '../browser-suite.ts';
import { ConsolePage } from '../console-page.ts';
import { openTab } from '../open-tab.ts';
import { chooseLogo } from '../screens.ts';

const browser = useBrowser();

test('an administrator names the account for others, with a logo that is shown before it is saved', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/settings');
  await page.getByLabel('Name', { exact: true }).fill('acme-7');
  await page.getByLabel('Display name').fill('Acme Help Desk');
  await page.getByLabel('Contact e-mail').fill('help@acme.example');
  const preview = page.getByRole('figure');
  await preview.getByText('Acme Help Desk').waitFor();
  await chooseLogo(page);
  const color = () =>
    preview
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) =>
        Array.from(canvas.getContext('2d')?.getImageData(5, 5, 1, 1).data ?? []),
      );
  await expect.poll(color).toEqual([0x1f, 0x6f, 0x5c, 0xff]);
  expect((await server.letterhead.accounts.get.query({ account: 1 })).logo).toBeNull();

  await app.button('Save changes').click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const saved = await server.letterhead.accounts.get.query({ account: 1 });
  expect(saved).toMatchObject({
    name: 'acme-7',
    display_name: 'Acme Help Desk',
    contact_email: 'help@acme.example',
  });
  await expect.poll(() => preview.locator('img').getAttribute('src')).toBe(saved.logo);
  // Whoever chooses among accounts finds the new name.
  await page.getByRole('button', { name: 'Account: acme-7' }).waitFor();

  await page.getByRole('button', { name: 'Remove the logo' }).click();
  await page.getByLabel('Display name').fill('');
  await preview.getByText('acme-7').waitFor();
  await app.button('Save changes').click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  expect(await server.letterhead.accounts.get.query({ account: 1 })).toMatchObject({
    display_name: null,
    logo: null,
  });
  await page.goto('/accounts/1/events');
  await page.getByText('The display name and logo of the account changed.').waitFor();
  expect(tab.errors).toEqual([]);
});

test('what is wrong with a name, an address or a logo is said beside it, and the rest stays typed', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/settings');
  await page.getByLabel('Display name').fill('Acme');
  await page.getByLabel('Contact e-mail').fill('help at acme');
  await app.button('Save changes').click();
  const field = (label: string) => page.locator('.field').filter({ has: page.getByLabel(label) });
  await field('Contact e-mail').getByRole('alert').getByText('Enter an e-mail address').waitFor();
  expect(await page.getByLabel('Display name').inputValue()).toBe('Acme');

  const alert = field('for the logo').getByRole('alert');
  const svg = { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') };
  await page.getByLabel('for the logo').setInputFiles(svg);
  await alert.getByText('Choose a PNG file.').waitFor();
  await chooseLogo(page, Buffer.alloc(70_000));
  await alert.getByText('This file has 69 KB. Choose one of at most 64 KB.').waitFor();
  await chooseLogo(page, Buffer.from('no picture'));
  await alert.getByText('not a picture that can be shown').waitFor();
  // What a browser shows, and the server does not take.
  await page.getByLabel('Contact e-mail').fill('');
  await chooseLogo(page, picture({ chunks: [chunk('prIv'), pixels(64), END] }));
  await app.button('Save changes').click();
  await alert.getByText('its parts are not those of a plain PNG').waitFor();
  expect((await server.letterhead.accounts.get.query({ account: 1 })).display_name).toBeNull();
});

test('an administrator gives the addresses for notices, and reads which of them is refused', async () => {
  await using mail = await startMailServer();
  mail.answers.set('gone@example.net', '550 No such user here');
  await using server = await startTestServer({
    environment: { SMTP_URL: mail.url, NOTICE_FROM: 'notices@notices.example' },
  });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto('/accounts/1/settings');
  const field = page.locator('.field').filter({ has: page.getByLabel('Notices by mail') });
  await page.getByLabel('Notices by mail').fill('ops@example.net, ops at example');
  await app.button('Save changes').click();
  await field.getByRole('alert').getByText('“ops at example” is no e-mail address.').waitFor();
  await page.getByLabel('Notices by mail').fill('ops@example.net, gone@example.net');
  await app.button('Save changes').click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await addVerifiedDomain(server, 'example.org');
  await mail.until(1);
  expect(mail.received[0]?.to).toBe('ops@example.net');
  const refused = () => server.log.some((line) => line.includes('a notice was refused'));
  await expect.poll(refused).toBe(true);
  await page.reload();
  await field
    .getByText(
      'gone@example.net gets no more notices, for its mail server refused one: 550 No such user here.',
    )
    .waitFor();
  await page.goto('/accounts/1/events');
  await page.getByText('The addresses for notices of the account changed.').waitFor();
  expect(tab.errors).toEqual([]);
});

test('an administrator suspends another account and resumes it', async () => {
  await using server = await startTestServer();
  const { id } = await server.letterhead.accounts.create.mutate({ name: 'Other' });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const app = new ConsolePage(page);
  await page.goto(`/accounts/${id}/settings`);
  await app.button('Suspend').click();
  const dialog = page.getByRole('dialog', { name: 'Suspend “Other”?' });
  expect(await dialog.getByText('signed out').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText('This account is suspended').waitFor();
  expect((await server.letterhead.accounts.get.query({ account: id })).suspended).toBe(true);
  await app.button('Resume').click();
  await app.button('Suspend').waitFor();
  expect((await server.letterhead.accounts.get.query({ account: id })).suspended).toBe(false);
});

test('whoever suspends the account of their own token is told before, and signed out', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/settings');
  await page.getByRole('button', { name: 'Suspend' }).click();
  const dialog = page.getByRole('dialog', { name: 'Suspend “Help desk”?' });
  await dialog.getByText('You are signed in with a token of this account').waitFor();
  await dialog.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText('You have suspended the account that you were signed in to.').waitFor();
  await page.getByLabel('Token').waitFor();
});

test('whoever may not administer sees the account, and can choose the colors, which a reload keeps', async () => {
  await using server = await startTestServer();
  const token = await server.makeToken(['domains:read']);
  await using tab = await openTab(browser(), server, { token });
  const { page } = tab;
  await page.goto('/accounts/1/domains');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Only an administrator can change this.').waitFor();
  expect(await page.getByRole('button', { name: 'Save changes' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Suspend' }).count()).toBe(0);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByLabel('Dark').check();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByText('Only an administrator').waitFor();
  expect(await background()).toBe(dark);
  expect(await page.getByLabel('Dark').isChecked()).toBe(true);
  await page.getByLabel('As the system').check();
  expect(await background()).toBe(light);
});

test('the settings name the version, and lead to the reference and the OpenAPI document', async () => {
  await using server = await startTestServer();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/settings');
  const { info } = await (await fetch(`${server.url}/openapi.json`)).json();
  await page.getByText(`Letterhead ${info.version}`).waitFor();
  for (const name of ['Reference', 'OpenAPI document']) {
    const href = await page.getByRole('link', { name, exact: true }).getAttribute('href');
    expect((await fetch(`${server.url}${href}`)).status).toBe(200);
  }
});
