import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import makeKeysOnce from '../keys-file.ts';
import { startChromium } from './chromium.ts';
import type { ConsoleFixture } from './fixture.ts';
import { startFixture } from './fixture.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';
import { type ConsoleScreen, SCREENS } from './screens.ts';

/** `npm run screenshots [name …]`: a picture of every screen, or of those named, in each of these ways. */
const WAYS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'narrow-dark', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
  { name: 'wide', colorScheme: 'light', viewport: { width: 3840, height: 2160 } },
] as const;

const FOLDER = resolve(import.meta.dirname, '../../client/console/screenshots');
/** The README's pictures, kept in the repository. */
const IN_DOCS: ReadonlySet<string> = new Set([
  'domains.light',
  'domain-doubled-host.light',
  'shared-page.light',
]);
/** Of the picture of a whole page, in pixels: Chromium draws nothing below. */
const MAX_HEIGHT = 16_384;
const DOCS = resolve(import.meta.dirname, '../../docs');

makeKeysOnce();
await prepareConsole();
const named = process.argv.slice(2);
const screens = SCREENS.filter(({ name }) => named.length === 0 || named.includes(name));
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await using fixture = await startFixture();
const browser = await startChromium();
for (const screen of screens) for (const way of WAYS) await take(browser, fixture, screen, way);
await browser.close();
process.stdout.write(`${screens.length * WAYS.length} pictures in ${FOLDER}\n`);

async function take(
  browser: Browser,
  fixture: ConsoleFixture,
  screen: ConsoleScreen,
  { name, ...way }: (typeof WAYS)[number],
): Promise<void> {
  const { server } = fixture;
  await using tab = await openTab(browser, server, { ...way, token: screen.signedIn ? server.token : null });
  await screen.open(tab.page, fixture);
  const path = join(FOLDER, `${screen.name}.${name}.png`);
  // A dialog covers the window and not the page, and the reference is longer than a picture can be.
  const isDialog = (await tab.page.locator('dialog[open]').count()) > 0;
  const height = await tab.page.evaluate(() => document.documentElement.scrollHeight);
  const fullPage = !isDialog && height <= MAX_HEIGHT;
  await tab.page.screenshot({ path, fullPage });
  if (IN_DOCS.has(`${screen.name}.${name}`)) await copyFile(path, join(DOCS, `${screen.name}.png`));
  for (const error of tab.errors) process.stderr.write(`${screen.name}: ${error}\n`);
}
