import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, vi } from 'vitest';
import { startChromium } from './chromium.ts';

/** A browser is slow where it has to share its processor; no test waits for this long where all is well. */
const PATIENCE_MS = 120_000;

/** One browser for the tests of a file; each test opens tabs of its own in it. */
export function useBrowser(): () => Browser {
  vi.setConfig({ testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS });
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error('The browser starts before the first test.');
    return browser;
  };
}
