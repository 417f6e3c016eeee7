import packed from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Whether the Chromium among the development dependencies runs here. */
const isPacked = process.platform === 'linux' && process.arch === 'x64';

/** Unpacks the browser, so that several who start it at once don't get in each other's way. */
export async function unpackChromium(): Promise<void> {
  if (isPacked) await packed.executablePath();
}

/** Starts a real Chromium, which root may run, too: the one that comes along, or an installed Chrome elsewhere than on Linux. */
export async function startChromium(): Promise<Browser> {
  const which = isPacked ? { executablePath: await packed.executablePath() } : { channel: 'chrome' };
  return chromium.launch({ ...which, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] });
}
