import { readdirSync, readFileSync } from 'node:fs';
import { startChromium } from './chromium.ts';

const DIR = 'client/console/screenshots';
const browser = await startChromium();
async function sheet(out: string, files: string[], w: number, h: number, cols: number) {
  const page = await browser.newPage({ viewport: { width: cols * (w + 8), height: 100 } });
  const cells = files.map(
    (f) =>
      `<div style="width:${w}px"><div style="font:11px sans-serif">${f}</div><div style="width:${w}px;height:${h}px;overflow:hidden;border:1px solid #888"><img style="width:100%" src="data:image/png;base64,${readFileSync(`${DIR}/${f}`).toString('base64')}"></div></div>`,
  );
  await page.setContent(
    `<body style="margin:0;display:flex;flex-wrap:wrap;gap:4px;background:#ccc">${cells.join('')}</body>`,
  );
  await page.screenshot({ path: out, fullPage: true });
  await page.close();
}
const all = readdirSync(DIR)
  .sort()
  .filter((f) => !f.startsWith('reference'));
for (const [way, w, h, cols, per] of [
  ['light', 760, 560, 2, 4],
  ['dark', 640, 480, 3, 9],
  ['narrow', 360, 900, 5, 5],
  ['narrow-dark', 300, 700, 6, 12],
  ['wide', 760, 430, 2, 6],
] as const) {
  const files = all.filter((f) => f.endsWith(`.${way}.png`));
  for (let i = 0; i < files.length; i += per)
    await sheet(
      `/tmp/probe/sheets/${way}-${String(i / per).padStart(2, '0')}.png`,
      files.slice(i, i + per),
      w,
      h,
      cols,
    );
}
await browser.close();
