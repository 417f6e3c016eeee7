import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../../test/console/chromium.ts';
import { countLayoutShift, layoutShift } from '../../test/console/layout-shift.ts';
import { openTab } from '../../test/console/open-tab.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { addManyDomains, type ConsoleServer, startConsoleServer } from './console-server.ts';

const ROUNDS = 7;
const DOMAINS = 1000;

/** The time of the last largest paint so far, in milliseconds since the visit began; it runs in the page. */
const LARGEST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true });
})`;

interface Visit {
  readonly largestPaint: number;
  readonly shift: number;
  readonly script: number;
  readonly all: number;
}

/** A page that is visited, and what tells that all of it is there. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly isSignedIn: boolean;
  readonly arrived: (page: Page) => Promise<void>;
}

/** What the browser itself says of a first visit, with nothing in its cache. */
export async function firstLoad(): Promise<Result> {
  await using server = await startConsoleServer();
  const { id } = await server.add('example.org');
  await server.letterhead.domains.verifyDns.mutate({ account: 1, id });
  await addManyDomains(server, DOMAINS - 1);
  const browser = await startChromium();
  const rows: { place: Place; visits: Visit[] }[] = [];
  for (const place of places(id)) rows.push({ place, visits: await visitOften(browser, server, place) });
  await browser.close();
  const every = rows.flatMap(({ visits }) => visits);
  return {
    title: 'A first visit',
    how: `Each page ${ROUNDS} times in a new browser context, with an empty cache, over loopback: the medians. Bytes are those on the wire, compressed; LCP and CLS are the browser’s own. The layout shift includes what comes in the second after all is there.`,
    table: {
      columns: ['page', 'script (KB)', 'all (KB)', 'LCP (ms)', 'slowest LCP (ms)', 'CLS'],
      rows: rows.map(({ place, visits }) => [
        place.name,
        kilobytes(median(visits.map(({ script }) => script))),
        kilobytes(median(visits.map(({ all }) => all))),
        formatFigure(median(visits.map(({ largestPaint }) => largestPaint))),
        formatFigure(Math.max(...visits.map(({ largestPaint }) => largestPaint))),
        formatFigure(Math.max(...visits.map(({ shift }) => shift))),
      ]),
    },
    targets: [
      atMost('JavaScript at first load', 170, Math.max(...every.map(({ script }) => script)) / 1000, ' KB'),
      atMost(
        'largest contentful paint',
        1000,
        Math.max(...every.map(({ largestPaint }) => largestPaint)),
        ' ms',
      ),
      atMost('cumulative layout shift', 0.02, Math.max(...every.map(({ shift }) => shift))),
    ],
  };
}

function places(id: number): Place[] {
  return [
    {
      name: 'sign in',
      path: '/',
      isSignedIn: false,
      arrived: (page) => page.getByLabel('Token').waitFor(),
    },
    {
      name: `the list of ${DOMAINS} domains`,
      path: '/accounts/1/domains',
      isSignedIn: true,
      arrived: (page) => page.getByRole('rowheader').first().waitFor(),
    },
    {
      name: 'a domain',
      path: `/accounts/1/domains/${id}`,
      isSignedIn: true,
      arrived: (page) => page.getByText('example.org was added.').waitFor(),
    },
  ];
}

async function visitOften(browser: Browser, server: ConsoleServer, place: Place): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (let round = 0; round < ROUNDS; round++) visits.push(await visit(browser, server, place));
  return visits;
}

async function visit(browser: Browser, server: ConsoleServer, place: Place): Promise<Visit> {
  await using tab = await openTab(browser, server, { token: place.isSignedIn ? server.token : null });
  const { page } = tab;
  await countLayoutShift(page);
  const sizes: Promise<{ script: boolean; size: number }>[] = [];
  page.on('requestfinished', (request) => {
    const size = request.sizes().then(({ responseBodySize }) => responseBodySize);
    const script = request.resourceType() === 'script';
    sizes.push(size.then((bytes) => ({ script, size: bytes })));
  });
  await page.goto(place.path);
  await place.arrived(page);
  await page.waitForTimeout(1000);
  const loaded = await Promise.all(sizes);
  const sum = (some: typeof loaded) => some.reduce((bytes, { size }) => bytes + size, 0);
  return {
    largestPaint: await page.evaluate<number>(LARGEST_PAINT),
    shift: await layoutShift(page),
    script: sum(loaded.filter(({ script }) => script)),
    all: sum(loaded),
  };
}

function kilobytes(bytes: number): string {
  return formatFigure(bytes / 1000);
}
