import { startChromium } from '../../test/console/chromium.ts';
import { openTab } from '../../test/console/open-tab.ts';
import type { Result } from '../measurement.ts';
import { atMost, formatFigure } from '../measurement.ts';
import { median } from '../statistics.ts';
import { addManyDomains, startConsoleServer } from './console-server.ts';

const ROUNDS = 15;
const OTHERS = 999;
/** Searched for in the list, which renders no rows but those in the window. */
const NAME = 'verdict.example.net';

/** When the badge in an element next says a word, in milliseconds since 1970; it runs in the page. */
const NEXT_TURN = `(element, word) => new Promise((resolve) => {
  const observer = new MutationObserver(look);
  observer.observe(element, { subtree: true, childList: true, characterData: true });
  look();
  function look() {
    if (element.querySelector('.badge').textContent !== word) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(Date.now()));
  }
})`;

/** Where to look, in the page. */
const ROW = `[...document.querySelectorAll('tbody tr')].find((row) => row.querySelector('a')?.textContent === '${NAME}')`;
const HEADING = `document.querySelector('h1:has(.badge)')`;

/** From asking for a check elsewhere to the badge in an open page: the check itself, its event, and the reading anew. */
export async function verdictToBadge(): Promise<Result> {
  await using server = await startConsoleServer();
  const domain = await server.add(NAME);
  await addManyDomains(server, OTHERS);
  const [dkim] = domain.dns_records;
  if (dkim === undefined) throw new Error('A domain has at least one record.');
  const browser = await startChromium();
  const rows: { name: string; times: number[] }[] = [];
  for (const [name, path, place] of [
    ['the list of 1000 domains', `/accounts/1/domains?search=${NAME}`, ROW],
    ['the domain’s own page', `/accounts/1/domains/${domain.id}`, HEADING],
  ] as const) {
    await using tab = await openTab(browser, server, { token: server.token });
    const { page } = tab;
    await page.goto(path);
    await page.getByText(NAME, { exact: true }).first().waitFor();
    // The stream of events is open once nothing else is being loaded.
    await page.waitForTimeout(1000);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const isThere = round % 2 === 0;
      server.dns.publish(`${dkim.hostname}.example.net`, isThere ? { TXT: [dkim.value] } : null);
      const word = isThere ? 'Verified' : 'Failed';
      const turn = page.evaluate<number>(`(${NEXT_TURN})(${place}, '${word}')`);
      const asked = Date.now();
      await server.letterhead.domains.verifyDns.mutate({ account: 1, id: domain.id });
      times.push((await turn) - asked);
    }
    rows.push({ name, times });
  }
  await browser.close();
  return {
    title: 'From a verdict to the turned badge',
    how: `The record is published or taken away, and a check is asked for over the API, ${ROUNDS} times for each page; the clock runs from the request, so that the check itself is in it, to the frame that shows the other badge.`,
    table: {
      columns: ['page', 'median (ms)', 'slowest (ms)'],
      rows: rows.map(({ name, times }) => [
        name,
        formatFigure(median(times)),
        formatFigure(Math.max(...times)),
      ]),
    },
    targets: [atMost('slowest turn of a badge', 500, Math.max(...rows.flatMap(({ times }) => times)), ' ms')],
  };
}
