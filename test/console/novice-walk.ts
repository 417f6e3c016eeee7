import makeKeysOnce from '../keys-file.ts';
import { startTestServer } from '../running-server.ts';
import { startChromium } from './chromium.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';

/**
 * `npm run novice-walk`: what a person who adds a first domain reads, clicks, copies and scrolls until it is verified.
 * Words are counted on the page of the new domain; scrolling is what brings each button to click into the window.
 */
const VIEWPORTS = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

makeKeysOnce();
await prepareConsole();
const browser = await startChromium();
for (const viewport of VIEWPORTS) process.stdout.write(`${JSON.stringify(await walk(viewport))}\n`);
await browser.close();

async function walk(viewport: { width: number; height: number }) {
  await using server = await startTestServer({
    environment: { RETURN_PATH_HOST: 'bounces.letterhead.example' },
    dns: { zones: { 'example.org': {}, 'letterhead.example': {} } },
  });
  await using tab = await openTab(browser, server, { viewport });
  const { page } = tab;
  const counted = { clicks: 0, copies: 0, scrolled: 0 };
  const click = async (name: string | RegExp) => {
    const button = page.getByRole('button', { name, exact: typeof name === 'string' }).first();
    const before = await page.evaluate(() => scrollY);
    await button.scrollIntoViewIfNeeded();
    counted.scrolled += Math.abs((await page.evaluate(() => scrollY)) - before);
    await button.click();
    counted.clicks += 1;
  };
  await page.goto('/');
  await page.getByLabel('Token').fill(server.token);
  await click('Sign in');
  await page.getByLabel('Domain', { exact: true }).fill('example.org');
  await click('Add the domain');
  await page.getByText('Not found').nth(1).waitFor();
  const words = await page.evaluate(() => {
    const text = document.body.innerText;
    const count = (part: string) => part.split(/\s+/).filter(Boolean).length;
    const record = document.querySelector('[data-record], article')?.getBoundingClientRect().y ?? 0;
    return { all: count(text), firstRecordAt: Math.round(record + scrollY) };
  });
  const [domain] = await server.letterhead.domains.list.query({ account: 1 });
  for (const { label, hostname, type, value } of domain?.dns_records ?? []) {
    for (const what of ['host', 'value']) {
      await click(`Copy the ${label} ${what}`);
      counted.copies += 1;
    }
    server.dns.publish(`${hostname}.example.org`, type === 'TXT' ? { TXT: [value] } : { CNAME: value });
  }
  await click('Check now');
  await page.getByRole('heading', { level: 1 }).getByText('Verified').waitFor();
  const copyButtons = await page.getByRole('button', { name: /^Cop/ }).count();
  return { ...viewport, ...words, copyButtons, ...counted };
}
