import type { Locator, Page } from 'playwright-core';
import { picture } from '../auth/picture.ts';
import type { TestServer } from '../running-server.ts';
import type { ConsoleFixture, DomainKey } from './fixture.ts';

/** One screen of the console, or a page beside it, and how a person gets there. */
export interface ConsoleScreen {
  readonly name: string;
  /** Whose token the tab has; none for the screens before the sign-in. */
  readonly signedIn: boolean;
  readonly open: (page: Page, fixture: ConsoleFixture) => Promise<void>;
}

const DOMAINS = '/accounts/1/domains';

/** Every screen, in the order in which a person meets them. */
export const SCREENS: readonly ConsoleScreen[] = [
  outside('sign-in', async (page) => {
    await page.goto('/');
    await page.getByLabel('Token').waitFor();
  }),
  outside('sign-in-refused', async (page) => {
    await page.goto('/');
    await page.getByLabel('Token').fill(`lh_${'x'.repeat(43)}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is unknown').waitFor();
  }),
  inside('domains', (page) => openList(page)),
  inside('domains-no-match', async (page) => {
    await openList(page);
    await page.getByLabel('Search by name').fill('nowhere');
    await page.getByText('No domain here has').waitFor();
  }),
  inside('domains-empty', async (page, { server }) => {
    const { id } = await server.letterhead.accounts.create.mutate({ name: 'Another help desk' });
    await page.goto(`/accounts/${id}/domains`);
    await page.getByText('Send mail in your own name').waitFor();
  }),
  inside('add-domain', async (page) => {
    await openList(page);
    await page.getByRole('button', { name: 'Add a domain' }).click();
    await page.getByLabel('Domain', { exact: true }).fill('https://example.org/contact');
    await page.getByText('That is a web address.').waitFor();
  }),
  inside('domains-selected', async (page) => {
    await openList(page);
    for (const name of ['mail.example.net', 'shop.example']) await page.getByLabel(`Select ${name}`).check();
    await page.getByText('2 selected').waitFor();
  }),
  inside('check-selected', async (page) => {
    await openList(page);
    await page.getByLabel('Select shop.example').check();
    const bar = page.getByRole('region', { name: 'Selected domains' });
    await bar.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('dialog', { name: 'Check one domain' }).waitFor();
  }),
  inside('choose-account', async (page) => {
    await openList(page);
    await page.getByRole('button', { name: 'Account:' }).click();
    await page.getByRole('dialog').getByRole('link').first().waitFor();
  }),
  inside('shortcuts', async (page) => {
    await openList(page);
    await page.getByRole('button', { name: 'Shortcuts' }).click();
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  }),
  inside('add-many', async (page) => {
    await openList(page);
    await page.getByRole('button', { name: 'Add many' }).click();
    await page.getByLabel('Domains', { exact: true }).fill('example.org\n192.0.2.1\nexample.com,Germany');
    await page.getByRole('button', { name: 'Add 3 domains' }).click();
    await page.getByRole('listitem').filter({ hasText: 'example.com' }).waitFor();
  }),
  domain('domain-verified', 'verified'),
  domain('domain-doubled-host', 'doubled', showEvidence),
  domain('domain-cut-value', 'cut', showEvidence),
  domain('domain-idn', 'idn', (page) => page.getByLabel('Full', { exact: true }).check()),
  domain('domain-lost', 'lost'),
  domain('domain-at-risk', 'degraded'),
  domain('domain-fresh', 'fresh'),
  domain('rename', 'verified', async (page) => {
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('New name').waitFor();
  }),
  domain('delete', 'verified', async (page) => {
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
  }),
  domain('delete-idn', 'idn', async (page) => {
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
  }),
  domain('share', 'doubled', async (page) => {
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('button', { name: 'Create link' }).click();
    await page.getByText('Copy this link now').waitFor();
  }),
  outside('shared-page', async (page, { server, domains }) => {
    const { id } = domains.doubled;
    const share = await server.letterhead.shares.create.mutate({ account: 1, id });
    await page.goto(`/share#${share.token}`);
    await page.getByText('asks you to add').waitFor();
  }),
  outside('shared-page-of-sender', async (page, { server }) => {
    const { accounts, domains, shares } = server.letterhead;
    const { id: account } = await accounts.create.mutate({
      name: 'acme-7',
      display_name: 'Acme Help Desk',
      contact_email: 'help@acme.example',
    });
    await accounts.update.mutate({ account, logo: picture().toString('base64') });
    const { id } = await domains.create.mutate({ account, domain: 'example.org' });
    const share = await shares.create.mutate({ account, id });
    await page.goto(`/share#${share.token}`);
    await page.getByText('Acme Help Desk asks you to add').waitFor();
  }),
  outside('shared-page-ended', async (page) => {
    await page.goto(`/share#lh_${'x'.repeat(43)}`);
    await page.getByText('This link no longer works').waitFor();
  }),
  inside('tokens', (page) => openTokens(page)),
  inside('make-token', async (page) => {
    await openTokens(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
  }),
  inside('token-made', async (page) => {
    await openTokens(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Reporting script');
    await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click();
    await page.getByText('Copy it now').waitFor();
  }),
  inside('revoke-token', async (page) => {
    await openTokens(page);
    await page
      .getByRole('button', { name: /^Revoke/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Cancel' }).waitFor();
  }),
  inside('events', async (page) => {
    await page.goto('/accounts/1/events');
    await page.getByText('example.org was added.').waitFor();
  }),
  inside('settings', (page) => openSettings(page)),
  inside('settings-changed', async (page) => {
    await openSettings(page);
    await page.getByLabel('Display name').fill('Acme Help Desk');
    await chooseLogo(page);
    await page.getByText('Choose another').waitFor();
  }),
  inside('settings-refused', async (page) => {
    await openSettings(page);
    await page.getByLabel('Contact e-mail').fill('help');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Enter an e-mail address').waitFor();
  }),
  inside('webhooks-empty', async (page) => {
    await page.goto('/accounts/1/settings/webhooks');
    await page.getByText('There are no webhooks yet.').waitFor();
  }),
  inside('webhooks', async (page, { server }) => {
    await openWebhooks(page, server);
  }),
  inside('add-webhook', async (page) => {
    await page.goto('/accounts/1/settings/webhooks');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('URL').fill('ftp://hooks.example.org/');
    await page.getByRole('dialog').getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('Give an address such as').waitFor();
  }),
  inside('webhook', async (page, { server }) => {
    await (await openWebhooks(page, server)).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('row', { name: /webhook\.test/ }).waitFor();
  }),
  inside('suspend', async (page) => {
    await openSettings(page);
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog', { name: 'Suspend' }).waitFor();
  }),
  domain('email', 'cut', async (page) => {
    await page.getByRole('button', { name: 'Write the e-mail' }).click();
    await page.getByRole('link', { name: 'Open in e-mail' }).waitFor();
  }),
  domain('proof', 'verified', async (page) => {
    await page.getByRole('button', { name: 'Test with a mail' }).click();
    const signature =
      'DKIM-Signature: v=1; a=rsa-sha256; d=elsewhere.example; s=mail; h=from; bh=aaaa; b=aaaa';
    await page.getByLabel('Source of the mail').fill(`${signature}\nFrom: help@example.org\n\nHello.`);
    await page.getByRole('button', { name: 'Test this mail' }).click();
    await page.getByText('but not with the key of example.org').waitFor();
  }),
  inside('domain-not-found', async (page) => {
    await page.goto(`${DOMAINS}/999999`);
    await page.getByText('This domain doesn’t exist').waitFor();
  }),
  outside('not-found', async (page) => {
    await page.goto('/nonsense');
    await page.getByText('There’s no page at this address.').waitFor();
  }),
  outside('reference', async (page) => {
    await page.goto('/reference');
    await page.getByRole('heading', { name: 'Letterhead API reference' }).waitFor();
  }),
  inside('server-away', async (page) => {
    await page.route('**/trpc/**', (route) => route.abort());
    await page.goto('/');
    await page.getByText('Letterhead can’t be reached').waitFor();
  }),
  inside('server-lost', async (page) => {
    await page.route(/events\.stream/, (route) => route.abort());
    await openList(page);
    await page.getByText('You’re seeing the last known state.').waitFor();
  }),
];

function outside(name: string, open: ConsoleScreen['open']): ConsoleScreen {
  return { name, signedIn: false, open };
}

function inside(name: string, open: ConsoleScreen['open']): ConsoleScreen {
  return { name, signedIn: true, open };
}

function domain(
  name: string,
  key: DomainKey,
  then: (page: Page) => Promise<void> = async () => {},
): ConsoleScreen {
  return inside(name, async (page, { domains }) => {
    await page.goto(`${DOMAINS}/${domains[key].id}`);
    await page.getByRole('button', { name: 'Check now' }).waitFor();
    await page.getByRole('list').getByText('was added.').waitFor();
    await then(page);
  });
}

async function openList(page: Page): Promise<void> {
  await page.goto(DOMAINS);
  await page.getByRole('link', { name: 'example.org', exact: true }).waitFor();
}

async function openSettings(page: Page): Promise<void> {
  await page.goto('/accounts/1/settings');
  await page.getByRole('button', { name: 'Save changes' }).waitFor();
}

/** Opens the webhooks of a new account, which can't be reached; resolves to the link to one. */
async function openWebhooks(page: Page, { letterhead }: TestServer): Promise<Locator> {
  const { accounts, webhooks } = letterhead;
  const { id: account } = await accounts.create.mutate({ name: 'Account with webhooks' });
  const url = 'https://hooks.example.org/letterhead';
  await webhooks.create.mutate({ account, url });
  const events = ['domain.degraded' as const, 'domain.lost' as const];
  const { id } = await webhooks.create.mutate({
    account,
    url: 'https://alerts.example.org/7f3a09c2b1',
    events,
  });
  await webhooks.update.mutate({ account, id, enabled: false });
  await page.goto(`/accounts/${account}/settings/webhooks`);
  const link = page.getByRole('link', { name: url });
  await link.waitFor();
  return link;
}

export async function chooseLogo(page: Page, content = picture()): Promise<void> {
  const file = { name: 'logo.png', mimeType: 'image/png', buffer: content };
  await page.getByLabel('for the logo').setInputFiles(file);
}

async function openTokens(page: Page): Promise<void> {
  await page.goto('/accounts/1/tokens');
  await page.getByText('First token').or(page.getByText('yours')).first().waitFor();
}

async function showEvidence(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Details of the DKIM record' }).click();
}
