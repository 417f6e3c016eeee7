import type { Browser } from 'playwright-core';
import { startChromium } from '../../test/console/chromium.ts';
import { openTab, type Tab } from '../../test/console/open-tab.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { addManyDomains, type ConsoleServer, startConsoleServer } from './console-server.ts';

const DOMAINS = 5_000;
/** Each narrows a little, then everything is there again. */
const TYPED = ['customer-0', '12', 'example', 'nowhere'];
/** How long the list is left alone, with its domains due, to see what it reads by itself. Milliseconds. */
const IDLE = 30_000;

/**
 * When the first row was there, and how long each key stroke takes to the next frame (Event Timing API, whose clock
 * goes by 8 ms, and which does not tell of strokes faster than 16 ms); it runs in the page.
 */
const WATCH = `
  globalThis.keyStrokes = [];
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'input' || name === 'keydown') globalThis.keyStrokes.push(duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  new MutationObserver((_, observer) => {
    if (document.querySelector('tbody th a') === null) return;
    globalThis.firstRow = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true });
`;

/** A list of very many domains: read, narrowed key by key, left and come back to. */
export async function fullList(): Promise<Result> {
  await using server = await startConsoleServer();
  await addManyDomains(server, DOMAINS);
  const browser = await startChromium();
  const { firstRow, nodes, strokes, statuses, idle } = await visitList(browser, server);
  await browser.close();
  return {
    title: `${DOMAINS} domains`,
    how: `The list in a new browser context; the bytes of the statuses on the wire, compressed. ${2 * TYPED.join('').length} key strokes into the search, from each to the next frame that was painted, by the browser’s Event Timing; those under 16 ms it does not tell of, and the median is of those that it does. Then a domain is opened and left again, and the list is left alone for ${IDLE / 1000} s while its domains are due.`,
    table: {
      columns: ['', 'figure'],
      rows: [
        ['first row there after (ms)', formatFigure(firstRow)],
        ['statuses (KB)', formatFigure(statuses / 1000)],
        ['DOM nodes', formatFigure(nodes)],
        ['key strokes that took 16 ms or more', String(strokes.length)],
        ['their median (ms)', formatFigure(median(strokes))],
        ['the slowest (ms)', formatFigure(Math.max(...strokes))],
        ['read on the way back and while idle (KB)', formatFigure(idle / 1000)],
      ],
    },
    targets: [
      atMost('first row', 500, firstRow, ' ms'),
      atMost('statuses on the wire', 120, statuses / 1000, ' KB'),
      atMost('DOM nodes', 3_000, nodes),
      atMost('slowest key stroke', 50, Math.max(...strokes), ' ms'),
      atMost('read on the way back and while idle', 120, idle / 1000, ' KB'),
    ],
  };
}

async function visitList(browser: Browser, server: ConsoleServer) {
  await using tab = await openTab(browser, server, { token: server.token });
  const { page } = tab;
  const bytes = countBytes(tab);
  await page.addInitScript(WATCH);
  await page.goto('/accounts/1/domains');
  await page.getByRole('rowheader').first().waitFor();
  const firstRow = await page.evaluate<number>('globalThis.firstRow');
  const search = page.getByLabel('Search by name');
  for (const text of TYPED) {
    await search.pressSequentially(text, { delay: 60 });
    for (const _ of text) await search.press('Backspace');
  }
  // The last entries are handed over after the frame that they are about.
  await page.waitForTimeout(500);
  const told = await page.evaluate<number[]>('globalThis.keyStrokes');
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  const statuses = await bytes();
  await page.getByRole('rowheader').first().getByRole('link').click();
  await page.getByRole('button', { name: 'Check now' }).waitFor();
  await page.goBack();
  await page.waitForTimeout(IDLE);
  const idle = (await bytes()) - statuses;
  return { firstRow, nodes, strokes: told.length === 0 ? [0] : told, statuses, idle };
}

/** The bytes of the statuses that the tab has read so far. */
function countBytes({ page }: Tab): () => Promise<number> {
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    if (!request.url().includes('domains.statuses')) return;
    sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  return async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
