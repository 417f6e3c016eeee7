import type { Browser, Page } from 'playwright-core';

/** A text that is too close in colour to what it stands on. */
export interface FaintText {
  readonly text: string;
  readonly contrast: number;
}

interface Place {
  readonly text: string;
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** What WCAG 2.2, 1.4.3 asks of a text of this size. */
  readonly needed: number;
}

/** Texts of the window whose contrast is too low, measured on a picture of it: whatever mixed the colours, it counts. */
export async function faintTexts(browser: Browser, page: Page): Promise<FaintText[]> {
  const places = await page.evaluate<Place[]>(PLACES);
  const picture = (await page.screenshot()).toString('base64');
  // The console's policy lets no page draw such a picture; an empty page has none.
  const canvas = await browser.newPage();
  const found = await canvas.evaluate<FaintText[]>(`(${MEASURE})(${JSON.stringify({ picture, places })})`);
  await canvas.close();
  return found;
}

/** Runs in the page: each text in the window, line by line, with its box. */
const PLACES = `[...(function* () {
  const walker = document.createTreeWalker(document.querySelector('dialog[open]') ?? document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, textContent } = walker.currentNode;
    if (textContent.trim() === '' || parent.closest('.visually-hidden, .skip, option, noscript, :disabled')) continue;
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const { fontSize, fontWeight } = getComputedStyle(parent);
    // Of a value that is cut after some lines, the others have a place all the same.
    const end = parent.closest('.clipped')?.getBoundingClientRect().bottom ?? innerHeight;
    const size = Number.parseFloat(fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const { x, y, width, height } of range.getClientRects()) {
      const isInside = width > 3 && x >= 0 && y >= 0 && x + width <= innerWidth && y + height <= end + 1;
      if (isInside) yield { text: textContent.trim(), box: [x, y, width, height].map(Math.round), needed };
    }
  }
})()]`;

/** Runs in an empty page: the most frequent colour of a box is its ground, the one farthest from that its letters. */
const MEASURE = `async ({ picture, places }) => {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const light = (color) => [16, 8, 0]
    .map((shift) => ((color >> shift) & 255) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const contrastOf = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  return places.flatMap(({ text, box, needed }) => {
    const { data } = context.getImageData(...box);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    const [ground] = [...counts].sort(([, one], [, other]) => other - one)[0];
    const contrast = Math.max(...[...counts.keys()].map((color) => contrastOf(light(color), light(ground))));
    return contrast < needed ? [{ text, contrast: Math.round(contrast * 100) / 100 }] : [];
  });
}`;
