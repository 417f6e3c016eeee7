import makeKeysOnce from '../keys-file.ts';
import { startChromium } from './chromium.ts';
import { startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';

makeKeysOnce();
await prepareConsole();
await using fixture = await startFixture();
const browser = await startChromium();
const share = await fixture.server.letterhead.shares.create.mutate({
  account: 1,
  id: fixture.domains.fresh.id,
});
for (const viewport of [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
])
  for (const key of ['fresh', 'doubled', 'lost', 'idn', 'share'] as const) {
    await using tab = await openTab(browser, fixture.server, {
      token: key === 'share' ? null : fixture.server.token,
      viewport,
    });
    const { page } = tab;
    await page.addInitScript(
      `window.cls=0; new PerformanceObserver(l=>{for(const e of l.getEntries()) if(!e.hadRecentInput) window.cls+=e.value}).observe({type:'layout-shift',buffered:true});`,
    );
    await page.goto(
      key === 'share' ? `/share#${share.token}` : `/accounts/1/domains/${fixture.domains[key].id}`,
    );
    const button = page.getByRole('button', { name: 'Copy the DKIM host' });
    await button.waitFor();
    await page.waitForTimeout(1500);
    const words = await button.evaluate((b) => {
      const r = document.createRange();
      r.setStart(document.body, 0);
      r.setEndBefore(b);
      return r.toString().split(/\s+/).filter(Boolean).length;
    });
    const y = await page.evaluate(() =>
      Math.round(document.querySelector('.record')?.getBoundingClientRect().y ?? 0),
    );
    const last = await page.evaluate(() =>
      Math.round(
        [...document.querySelectorAll('.record > tr:first-child')].at(-1)?.getBoundingClientRect().bottom ??
          0,
      ),
    );
    console.log(viewport.width, key, {
      words,
      firstRecordY: y,
      lastRecordBottom: last,
      cls: await page.evaluate('window.cls'),
      h1: await page.locator('h1').count(),
    });
  }
await browser.close();
