import makeKeysOnce from '../keys-file.ts';
import { startChromium } from './chromium.ts';
import { startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';

makeKeysOnce();
await prepareConsole();
await using fixture = await startFixture();
const { server } = fixture;
const browser = await startChromium();
const shot = (page: any, name: string, fullPage = false) =>
  page.screenshot({ path: `/tmp/probe/x-${name}.png`, fullPage });
// 1. write-only token
{
  const token = await server.makeToken(['domains:write']);
  await using tab = await openTab(browser, server, { token });
  await tab.page.goto('/');
  await tab.page.waitForTimeout(2500);
  await shot(tab.page, 'writeonly');
  console.log('writeonly', (await tab.page.innerText('body')).slice(0, 400));
}
// 2. sign only
{
  const token = await server.makeToken(['domains:sign']);
  await using tab = await openTab(browser, server, { token });
  await tab.page.goto('/');
  await tab.page.waitForTimeout(2500);
  await shot(tab.page, 'signonly');
  console.log('signonly', (await tab.page.innerText('body')).slice(0, 400));
}
// 3. token slips
{
  await using tab = await openTab(browser, server, {});
  const { page } = tab;
  for (const t of [
    `Bearer ${server.token}`,
    `"${server.token}"`,
    `Authorization: Bearer ${server.token}`,
    ` ${server.token}\n`,
    `https://x.example/#${server.token}`,
    `LH_abc`,
  ]) {
    await page.goto('/');
    await page.evaluate('sessionStorage.clear()');
    await page.goto('/');
    await page.getByLabel('Token').fill(t.replace('\n', ''));
    await page.getByRole('button', { name: 'Sign in' }).click();
    const ok = await page
      .getByRole('heading', { name: 'Domains' })
      .waitFor({ timeout: 4000 })
      .then(
        () => true,
        () => false,
      );
    console.log(
      'token',
      t.slice(0, 24),
      ok,
      ok ? '' : (await page.innerText('main')).replace(/\n/g, ' | ').slice(0, 200),
    );
  }
}
// 4. add-domain slips
{
  await using tab = await openTab(browser, server, { token: server.token });
  const { page } = tab;
  await page.goto('/');
  await page.getByRole('button', { name: 'Add a domain' }).click();
  const f = page.getByLabel('Domain', { exact: true });
  for (const n of [
    'gmail.com',
    'www.example.net',
    'example,org',
    'exa mple.org',
    'http://example.org',
    'me@example.org',
    'hotmail.co.uk',
    'gmx.de',
    'icloud.com',
    'proton.me',
    'exämple,de',
    'example.org.',
    'example..org',
    '-example.org',
    'localhost',
    'example',
    'mail.gmail.com',
    'xn--',
    'ex_ample.org',
    '。example。org',
    'пример.рф',
    'a'.repeat(64) + '.org',
    '*.example.org',
    '@example.org',
    'mailto:me@example.org',
    'example.org/path',
    'EXAMPLE.NET',
  ]) {
    await f.fill(n);
    await page.waitForTimeout(700);
    console.log(
      'slip',
      n.slice(0, 30),
      '=>',
      (await page.locator('dialog .field-error').allInnerTexts()).join(' | '),
    );
  }
}
// 5. Escape on menu etc: page titles
{
  await using tab = await openTab(browser, server, { token: server.token });
  const { page } = tab;
  for (const p of [
    '/accounts/1/domains',
    `/accounts/1/domains/${fixture.domains.doubled.id}`,
    '/accounts/1/tokens',
    '/accounts/1/events',
    '/accounts/1/settings',
    '/nonsense',
  ]) {
    await page.goto(p);
    await page.waitForTimeout(800);
    console.log('title', p, await page.title());
  }
  // dialog scroll lock + backdrop etc. tested elsewhere; 400 % zoom = 320 px
  console.log(tab.errors);
}
// 6. slow network: shell visible?
{
  await using tab = await openTab(browser, server, { token: server.token });
  const { page } = tab;
  await page.route('**/trpc/**', async (r) => {
    await new Promise((x) => setTimeout(x, 3000));
    await r.continue();
  });
  void page.goto('/').catch(() => {});
  await page.waitForTimeout(1800);
  await shot(page, 'slow1');
  console.log('slow', (await page.innerText('body')).slice(0, 150).replace(/\n/g, ' | '));
  await page.waitForTimeout(5000);
  const row = page.getByRole('link', { name: 'mail.example.net' });
  await row.waitFor();
  await row.click();
  await page.waitForTimeout(600);
  await shot(page, 'slow2');
  console.log('slow domain', (await page.innerText('main')).slice(0, 200).replace(/\n/g, ' | '));
}
await browser.close();
