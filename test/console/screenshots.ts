import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import makeKeysOnce from '../keys-file.ts';
import { startChromium } from './chromium.ts';
import { openTab } from './open-tab.ts';
import prepareConsole from './prepare-console.ts';
import type { Scenery } from './scenery.ts';
import { startScenery } from './scenery.ts';
import { SCENES, type Scene } from './scenes.ts';

/** `npm run screenshots [name …]`: a picture of every screen, or of those named, in each of these ways. */
const WAYS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'wide', colorScheme: 'light', viewport: { width: 3840, height: 2160 } },
] as const;

const FOLDER = resolve(import.meta.dirname, '../../client/console/screenshots');

makeKeysOnce();
await prepareConsole();
const named = process.argv.slice(2);
const scenes = SCENES.filter(({ name }) => named.length === 0 || named.includes(name));
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await using scenery = await startScenery();
const browser = await startChromium();
for (const scene of scenes) for (const way of WAYS) await take(browser, scenery, scene, way);
await browser.close();
process.stdout.write(`${scenes.length * WAYS.length} pictures in ${FOLDER}\n`);

async function take(
  browser: Browser,
  scenery: Scenery,
  scene: Scene,
  { name, ...way }: (typeof WAYS)[number],
): Promise<void> {
  const { server } = scenery;
  await using tab = await openTab(browser, server, { ...way, token: scene.signedIn ? server.token : null });
  await scene.open(tab.page, scenery);
  const path = join(FOLDER, `${scene.name}.${name}.png`);
  // A dialog covers the window and not the page.
  const fullPage = (await tab.page.locator('dialog[open]').count()) === 0;
  await tab.page.screenshot({ path, fullPage });
  for (const complaint of tab.complaints) process.stderr.write(`${scene.name}: ${complaint}\n`);
}
