import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBrowser } from './browser-suite.ts';
import type { ConsoleFixture } from './fixture.ts';
import { startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';
import { SCREENS } from './screens.ts';

const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is right is not described node by node, which takes longer than finding it. */
const VIOLATIONS = { resultTypes: ['violations' as const] };

const browser = useBrowser();
let fixture: ConsoleFixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function violations(axe: AxeBuilder): Promise<string[][]> {
  const found = await axe.analyze();
  return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}

describe.each(SCREENS)('$name', ({ signedIn, open }) => {
  test('the screen keeps WCAG 2.2 AA in light and in dark, and fits a window 320 px wide', async () => {
    const token = signedIn ? fixture.server.token : null;
    await using tab = await openTab(browser(), fixture.server, { token, colorScheme: 'light' });
    const { page } = tab;
    await open(page, fixture);
    expect(await violations(new AxeBuilder({ page }).options(VIOLATIONS).withTags(STANDARD))).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Nothing else than the colours depends on it.
    expect(
      await violations(
        new AxeBuilder({ page }).options(VIOLATIONS).withRules(['color-contrast', 'link-in-text-block']),
      ),
    ).toEqual([]);
    await page.setViewportSize({ width: 320, height: 568 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(tab.errors).toEqual([]);
  });
});
