import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../browser-suite.ts';
import type { ConsoleFixture } from '../fixture.ts';
import { startFixture } from '../fixture.ts';
import { openTab } from '../open-tab.ts';
import { SCREENS } from '../screens.ts';

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const browser = useBrowser();
let fixture: ConsoleFixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Runs in the page, which has no frames: axe itself, without what its adapters do for them. */
function violations(page: Page, runOnly: axe.RunOptions['runOnly']): Promise<string[][]> {
  const options = { runOnly, resultTypes: ['violations'], preload: false, performanceTimer: false };
  return page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`);
}

test.each(SCREENS)(
  'the screen keeps WCAG 2.2 AA in light and in dark, and fits a window 320 px wide: $name',
  async ({ signedIn, open }) => {
    const token = signedIn ? fixture.server.token : null;
    await using tab = await openTab(browser(), fixture.server, { token, colorScheme: 'light' });
    const { page } = tab;
    await open(page, fixture);
    await page.evaluate(axe.source);
    expect(await violations(page, STANDARD)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Nothing else than the colours depends on it.
    expect(
      await violations(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }),
    ).toEqual([]);
    await page.setViewportSize({ width: 320, height: 568 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(tab.errors).toEqual([]);
  },
);
