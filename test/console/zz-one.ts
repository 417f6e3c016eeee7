import { readFileSync } from 'node:fs';
import { startChromium } from './chromium.ts';

const browser = await startChromium();
const [out, h, ...files] = process.argv.slice(2);
const page = await browser.newPage({ viewport: { width: files.length * 400, height: 100 } });
await page.setContent(
  `<body style="margin:0;display:flex;gap:4px;background:#ccc">${files.map((f) => `<div style="width:380px;height:${h}px;overflow:hidden"><img style="width:100%" src="data:image/png;base64,${readFileSync(f).toString('base64')}"></div>`).join('')}</body>`,
);
await page.screenshot({ path: out, fullPage: true });
await browser.close();
