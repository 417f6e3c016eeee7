import { expect, test } from 'vitest';
import { startTestServer } from '../../running-server.ts';
import { startReceiver, verify } from '../../webhooks/receiver.ts';
import { useBrowser } from '../browser-suite.ts';
import { openTab } from '../open-tab.ts';

const browser = useBrowser();

test('a webhook is added in the console with its secret shown once, tested, disabled, enabled and deleted', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  const button = (name: string) => page.getByRole('button', { name });
  await page.goto('/accounts/1/settings');
  await page.getByRole('link', { name: 'Webhooks of this account' }).click();
  await button('Add webhook').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('URL').fill('ftp://hooks.example.org/');
  await dialog.getByRole('button', { name: 'Add webhook' }).click();
  await dialog.getByText('Give an address such as https://hooks.example.org/letterhead.').waitFor();
  await dialog.getByLabel('URL').fill(receiver.url);
  await dialog.getByLabel('Events').selectOption('Problems with domains');
  await dialog.getByRole('button', { name: 'Add webhook' }).click();
  const secret = await dialog.locator('code').innerText();
  expect(secret).toMatch(/^whsec_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.getByRole('button', { name: 'Close anyway' }).click();

  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByText('Nothing was sent yet.').waitFor();
  await button('Send a test').click();
  await page
    .getByRole('row', { name: /webhook\.test/ })
    .getByText(/^204 after \d+ ms$/)
    .waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Send a test');
  expect(verify(secret, receiver.received[0] ?? never())).toMatchObject({ type: 'webhook.test' });
  await page.getByLabel('Show').selectOption('Not delivered');
  await page.getByText('None of the last 100.').waitFor();
  await button('Disable').click();
  await page.getByText('Problems with domains. Disabled.').waitFor();
  await button('Enable').click();
  await page.getByText('Problems with domains. Enabled.').waitFor();
  await button('Change secret').click();
  await dialog.getByText('For a day, what is sent is signed with both').waitFor();
  await dialog.getByRole('button', { name: 'Change the secret' }).click();
  await dialog.getByRole('button', { name: 'Copy the secret' }).click();
  expect(await dialog.locator('code').innerText()).not.toBe(secret);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await button('Delete').click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There are no webhooks yet.').waitFor();
  await page.goto('/accounts/1/events');
  await page.getByText(`The webhook for 127.0.0.1:${receiver.port} was deleted.`).waitFor();
  expect(tab.errors).toEqual([]);
});

test('what was delivered and that a webhook has ended itself is shown without a reload, and one that is gone is said not to exist', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  const { webhooks, domains } = server.letterhead;
  const { id } = await webhooks.create.mutate({
    account: 1,
    url: receiver.url,
    events: ['domain.degraded', 'domain.unreachable', 'domain.lost', 'key.mismatch', 'domain.created'],
  });
  receiver.answer = (response) => response.writeHead(410).end();
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/settings/webhooks');
  await page.getByRole('cell', { name: 'Enabled' }).waitFor();
  await page.getByRole('link', { name: receiver.url }).click();
  await page.getByText('Nothing was sent yet.').waitFor();
  await domains.create.mutate({ account: 1, domain: 'example.org' });
  await page.getByText('Disabled: it answered 410 Gone.').waitFor();
  await page.getByRole('row', { name: 'domain.created example.org' }).waitFor();
  await page.getByRole('cell', { name: 'It answered 410' }).waitFor();
  await webhooks.delete.mutate({ account: 1, id });
  await page.getByText('This webhook doesn’t exist or was deleted.').waitFor();

  await using reader = await openTab(browser(), server, { token: await server.makeToken(['domains:read']) });
  await reader.page.goto('/accounts/1/settings/webhooks');
  await reader.page.getByText('This token lacks the scope domains:write.').waitFor();
  expect(await reader.page.getByRole('button', { name: 'Add webhook' }).count()).toBe(0);
});

test('a webhook that is limited to some domains says to which', async () => {
  await using server = await startTestServer();
  const { webhooks, domains } = server.letterhead;
  const ids: number[] = [];
  for (const domain of ['example.org', 'bücher.example', 'a.example', 'gone.example', 'b.example'])
    ids.push((await domains.create.mutate({ account: 1, domain })).id);
  const url = (name: string) => `https://hooks.example.org/${name}`;
  await webhooks.create.mutate({ account: 1, url: url('many'), domains: ids });
  await webhooks.create.mutate({ account: 1, url: url('one'), events: ['key.created'], domains: [1] });
  await domains.delete.mutate({ account: 1, id: ids[3] ?? 0 });
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto('/accounts/1/settings/webhooks');
  await page.getByRole('cell', { name: 'key.created, of example.org', exact: true }).waitFor();
  const idn = 'bücher.example (xn--bcher-kva.example)';
  await page
    .getByRole('cell', { name: `Everything, of example.org, ${idn}, a.example and 2 more`, exact: true })
    .waitFor();
  await page.getByRole('link', { name: url('many') }).click();
  const all = `Everything, of example.org, ${idn}, a.example, domain 4, which was deleted, b.example. Enabled.`;
  await page.getByText(all).waitFor();
  expect(tab.errors).toEqual([]);
});

test('an event that did not arrive is found in the log of deliveries, and sent again', async () => {
  await using receiver = await startReceiver();
  await using server = await startTestServer({ environment: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
  receiver.answer = (response) => response.writeHead(500).end('Out of order');
  const { webhooks } = server.letterhead;
  const { id } = await webhooks.create.mutate({ account: 1, url: receiver.url });
  await expect.poll(() => webhooks.deliveries.query({ account: 1, id })).toHaveLength(1);
  await using tab = await openTab(browser(), server, { token: server.token });
  const { page } = tab;
  await page.goto(`/accounts/1/settings/webhooks/${id}`);
  await page.getByText('It answered 500.').waitFor();
  await page.getByText('What it said').click();
  await page.getByText('Out of order').waitFor();
  receiver.answer = (response) => response.writeHead(200).end();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page
    .getByRole('row', { name: /again/ })
    .getByText(/^200 after/)
    .waitFor();
  expect(tab.errors).toEqual([]);
});

function never(): never {
  throw new Error('Nothing arrived.');
}
