import packed from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Starts a real Chromium, the one that comes with the development dependencies; root may run it, too. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await packed.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
}
