import type { Page } from 'playwright-core';

/** What the browser tells of a shift (Layout Instability API). */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

declare global {
  var layoutShiftSoFar: number;
}

/** From the next page on, adds up the layout shifts that nobody's own action has caused. */
export async function countLayoutShift(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.layoutShiftSoFar = 0;
    new PerformanceObserver((list) => {
      // The entries of this observer are of this type, which TypeScript's DOM does not know.
      for (const { value, hadRecentInput } of list.getEntries() as LayoutShift[]) {
        if (!hadRecentInput) globalThis.layoutShiftSoFar += value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => globalThis.layoutShiftSoFar);
}
