import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../browser-suite.ts';
import type { ConsoleFixture } from '../fixture.ts';
import { dkimOf, startFixture } from '../fixture.ts';
import { openTab } from '../open-tab.ts';
import { SCREENS } from '../screens.ts';
import { faintTexts } from './contrast.ts';

const browser = useBrowser();
let fixture: ConsoleFixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const SHOWN = ['domains', 'domain-doubled-host', 'token-made', 'reference'];

test.each(SCREENS.filter(({ name }) => SHOWN.includes(name)))(
  'every text of the screen $name stands out from its ground in light and in dark, measured in its picture',
  async ({ signedIn, open }) => {
    const token = signedIn ? fixture.server.token : null;
    await using tab = await openTab(browser(), fixture.server, {
      token,
      viewport: { width: 1280, height: 1600 },
    });
    await open(tab.page, fixture);
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.page.emulateMedia({ colorScheme });
      expect([colorScheme, await faintTexts(browser(), tab.page)]).toEqual([colorScheme, []]);
    }
  },
);

test('a text at four fifths of its colour is found to be faint', async () => {
  const page = await browser().newPage();
  await page.setContent(
    '<p style="color: #767676; opacity: 0.8">Faint</p><p style="color: #767676">Clear</p>',
  );
  expect(await faintTexts(browser(), page)).toEqual([{ text: 'Faint', contrast: expect.any(Number) }]);
  await page.close();
});

test('the page of a domain is printed with whole values and exact times, in dark ink, and without buttons', async () => {
  await using tab = await openTab(browser(), fixture.server, {
    token: fixture.server.token,
    colorScheme: 'dark',
  });
  const { page } = tab;
  const { verified } = fixture.domains;
  await page.goto(`/accounts/1/domains/${verified.id}`);
  await page.getByRole('list').getByText('was added.').waitFor();
  await page.emulateMedia({ media: 'print' });
  const value = page.getByText(dkimOf(verified).value, { exact: true });
  expect(
    await value.evaluate((code) => [code.scrollHeight - code.clientHeight, getComputedStyle(code).display]),
  ).toEqual([0, 'block']);
  expect(await page.locator('button:visible, select:visible, nav:visible, input:visible').count()).toBe(0);
  const times = await page
    .locator('time')
    .evaluateAll((all) =>
      all.map((time) => [getComputedStyle(time).fontSize, getComputedStyle(time, '::after').content]),
    );
  expect(times.length).toBeGreaterThan(2);
  for (const time of times)
    expect(time).toEqual(['0px', expect.stringMatching(/^"\d\d? \w{3} \d{4}, \d\d:\d\d:\d\d /)]);
  expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe('rgb(28, 30, 34)');
  expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
});

const STYLE = join(import.meta.dirname, '../../../client/console/src/style');

/** Sizes that `scale.css` names; a rule that needs another adds it there. */
const NAMED = /\b(?:font-size|border-radius|gap|(?:padding|margin)[a-z-]*): ([^;]+);/g;

test.each(readdirSync(STYLE).filter((name) => !['scale.css', 'index.css'].includes(name)))(
  'the sizes of type, space and corners in %s are those of the scale',
  (name) => {
    const values = [...readFileSync(join(STYLE, name), 'utf8').matchAll(NAMED)].map(
      ([, value = '']) => value,
    );
    expect(values.filter((value) => /\d(?:rem|px)/.test(value) && !/^-1px$/.test(value))).toEqual([]);
  },
);
