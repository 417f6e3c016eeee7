import makeKeysOnce from '../keys-file.ts';
import { startTestServer } from '../running-server.ts';
import { startChromium } from './chromium.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';

makeKeysOnce();
await prepareConsole();
await using server = await startTestServer({
  environment: { RATE_LIMIT_PER_MINUTE: '0', MAX_DOMAINS_PER_ACCOUNT: '6000' },
});
const t0 = performance.now();
const N = 5000;
for (let i = 0; i < N; i += 90)
  await Promise.all(
    Array.from({ length: Math.min(90, N - i) }, (_, k) =>
      server.letterhead.domains.create.mutate({
        account: 1,
        domain: `d${String(i + k).padStart(4, '0')}.example.org`,
      }),
    ),
  );
console.log('created', Math.round(performance.now() - t0));
const browser = await startChromium();
{
  await using tab = await openTab(browser, server, { token: server.token });
  const { page } = tab;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  let bytes = 0;
  const reqs: Record<string, string> = {};
  const by: Record<string, number> = {};
  cdp.on('Network.requestWillBeSent', (e) => {
    reqs[e.requestId] = e.request.url.replace(server.url, '').slice(0, 60);
  });
  cdp.on('Network.loadingFinished', (e) => {
    bytes += e.encodedDataLength;
    by[reqs[e.requestId] ?? '?'] = (by[reqs[e.requestId] ?? '?'] ?? 0) + e.encodedDataLength;
  });
  await page.addInitScript(`window.cls=0; new PerformanceObserver(l=>{for(const e of l.getEntries()) if(!e.hadRecentInput) window.cls+=e.value}).observe({type:'layout-shift',buffered:true});
   new MutationObserver(()=>{ if(!window.firstRow && document.querySelector('tbody th a')) window.firstRow=performance.now(); }).observe(document,{subtree:true,childList:true});`);
  for (let round = 0; round < 2; round++) {
    bytes = 0;
    for (const k of Object.keys(by)) delete by[k];
    await page.goto('/accounts/1/domains');
    await page.getByText('5000 domains').waitFor();
    await page.waitForTimeout(1500);
    console.log(round ? 'reload' : 'first', {
      kb: Math.round(bytes / 102.4) / 10,
      firstRow: Math.round(await page.evaluate<number>('window.firstRow')),
      nodes: await page.evaluate('document.querySelectorAll("*").length'),
      cls: await page.evaluate('window.cls'),
    });
    console.log(
      Object.entries(by)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 5),
    );
  }
  // keystrokes: event duration
  await page.evaluate(
    `window.keys=[]; new PerformanceObserver(l=>{for(const e of l.getEntries()) if(e.name==='input'||e.name==='keydown') window.keys.push(Math.round(e.duration))}).observe({type:'event',durationThreshold:16})`,
  );
  await page.getByLabel('Search by name').focus();
  const times: number[] = [];
  for (const key of 'd12.example') {
    const t = await page.evaluate<number>(
      `new Promise(r=>{const s=document.querySelector('.search input'); s.addEventListener('input',()=>{const t=performance.now(); requestAnimationFrame(()=>{const c=new MessageChannel(); c.port1.onmessage=()=>r(performance.now()-t); c.port2.postMessage(0)})},{once:true}); window.ready=1}); `.replace(
        'new Promise',
        'window.p = new Promise',
      ) + '0',
    );
    void t;
    await page.keyboard.press(key === '.' ? '.' : key);
    times.push(await page.evaluate<number>('window.p'));
  }
  console.log('keys', times.map(Math.round), await page.evaluate('window.keys'));
  await page.getByLabel('Search by name').fill('');
  // idle 30 s
  bytes = 0;
  for (const k of Object.keys(by)) delete by[k];
  await page.waitForTimeout(30000);
  console.log('idle 30 s', Math.round(bytes / 102.4) / 10, 'KB', by);
  // back
  await page.evaluate('scrollTo(0, 60000)');
  await page.waitForTimeout(300);
  bytes = 0;
  await page.locator('tbody th a').nth(12).click();
  await page.getByRole('button', { name: 'Check now' }).waitFor();
  await page.goBack();
  await page.locator('tbody th a').first().waitFor();
  await page.waitForTimeout(500);
  console.log('back', await page.evaluate('scrollY'), Math.round(bytes / 102.4) / 10, 'KB');
  const m = await cdp.send('Performance.getMetrics').catch(() => null);
  void m;
  console.log(tab.errors);
}
await browser.close();
