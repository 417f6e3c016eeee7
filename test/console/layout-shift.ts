import type { Page } from 'playwright-core';

/** Adds up the shifts that nobody's own action has caused (Layout Instability API); it runs in the page. */
const COUNT = `
  globalThis.layoutShiftSoFar = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) globalThis.layoutShiftSoFar += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** From the next page on, adds up its layout shifts. */
export async function countLayoutShift(page: Page): Promise<void> {
  await page.addInitScript(COUNT);
}

export function layoutShift(page: Page): Promise<number> {
  return page.evaluate<number>('globalThis.layoutShiftSoFar');
}
