import makeKeysOnce from '../keys-file.ts';
import { startTestServer } from '../running-server.ts';
import { startChromium } from './chromium.ts';
import { dkimOf } from './fixture.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';

makeKeysOnce();
await prepareConsole();
const RTL = 'דוגמה-ארוכה.example',
  ARABIC = 'مثال.إختبار';
const LABEL = `w${'m'.repeat(58)}w`;
await using server = await startTestServer({
  environment: { RATE_LIMIT_PER_MINUTE: '0', RETURN_PATH_HOST: 'bounces.letterhead.example' },
  dns: { zones: { 'letterhead.example': {}, [`${LABEL}.example`]: {} } },
});
const { letterhead } = server;
await letterhead.accounts.update.mutate({
  account: 1,
  display_name: 'שולחן העזרה (1) של אקמה',
  contact_email: 'help@acme.example',
} as never);
const rtl = await letterhead.domains.create.mutate({ account: 1, domain: RTL });
let arabic = null;
try {
  arabic = await letterhead.domains.create.mutate({ account: 1, domain: ARABIC });
} catch (e) {
  console.log(String(e));
}
const long = await letterhead.domains.create.mutate({ account: 1, domain: `${LABEL}.${LABEL}.example` });
for (const d of [rtl, arabic, long])
  if (d) await letterhead.domains.verifyDns.mutate({ account: 1, id: d.id });
const share = await letterhead.shares.create.mutate({ account: 1, id: rtl.id });
await letterhead.tokens.create.mutate({
  account: 1,
  name: 'טוקן (admin) של mallory',
  scopes: ['domains:read'],
});
const browser = await startChromium();
const shots: [string, string, string, boolean][] = [
  ['list', '/accounts/1/domains', '3 domains', true],
  ['rtl', `/accounts/1/domains/${rtl.id}`, 'was added.', true],
  ['long', `/accounts/1/domains/${long.id}`, 'was added.', true],
  ['share', `/share#${share.token}`, 'asks you to add', false],
  ['tokens', '/accounts/1/tokens', 'yours', true],
  ['events', '/accounts/1/events', 'was added.', true],
  ['settings', '/accounts/1/settings', 'Suspend', true],
];
for (const [way, opt] of [
  ['plain', {}],
  ['narrow', { viewport: { width: 320, height: 700 } }],
  ['forced', { forcedColors: 'active' }],
] as const) {
  for (const [name, path, text, signed] of shots) {
    await using tab = await openTab(browser, server, {
      token: signed ? server.token : null,
      ...opt,
    } as never);
    await tab.page.goto(path);
    await tab.page.getByText(text).first().waitFor();
    await tab.page.waitForTimeout(300);
    await tab.page.screenshot({ path: `/tmp/probe/h-${name}-${way}.png`, fullPage: name !== 'events' });
    if (tab.errors.length) console.log(name, tab.errors);
    if (name === 'share' || name === 'rtl') console.log(name, JSON.stringify(await tab.page.title()));
  }
}
// 200 % text at 360
{
  await using tab = await openTab(browser, server, {
    token: server.token,
    viewport: { width: 360, height: 740 },
  });
  const devtools = await tab.page.context().newCDPSession(tab.page);
  await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
  for (const [name, path, text] of shots) {
    await tab.page.goto(path);
    await tab.page.getByText(text).first().waitFor();
    await tab.page.waitForTimeout(300);
    console.log('200% at 360', name, await tab.page.evaluate('document.documentElement.scrollWidth'));
    await tab.page.screenshot({ path: `/tmp/probe/h-${name}-200.png`, fullPage: false });
  }
}
// no scripts
for (const path of ['/', `/share#${share.token}`, '/reference', '/accounts/1/domains']) {
  const ctx = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await ctx.newPage();
  await page.goto(path);
  console.log('noscript', path, JSON.stringify((await page.innerText('body')).slice(0, 200)));
  await ctx.close();
}
await browser.close();
