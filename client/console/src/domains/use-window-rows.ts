import {
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks';
import { usePrinting } from './use-printing.ts';

/** Height of a row, and of the card that it is on a narrow screen, in pixels, as far as it is not measured yet. */
const ROW_HEIGHT = 49;
const CARD_HEIGHT = 128;
const NARROW = matchMedia('(max-width: 44rem)');
/** Rows beyond the edges of the window: what a flick scrolls before the next frame. */
const OVERSCAN = 10;
/** Rows that are printed at most: some 200 pages. */
const MAX_PRINTED = 5_000;

/** How far the page is scrolled, and the rows that were measured so far. */
export interface Place {
  readonly scroll: number;
  readonly measured: VirtualItem[];
}

export const TOP: Place = { scroll: 0, measured: [] };

/** The rows that are rendered, and the height of those before and after them, in pixels. */
export interface WindowRows {
  readonly indices: readonly number[];
  readonly before: number;
  readonly after: number;
  /** To be called with each row's element, which has its index in `data-index`. */
  readonly measure: (row: HTMLElement | null) => void;
  /** How many are left out of a print. */
  readonly unprinted: number;
}

/** Renders as many rows as the window shows, for there can be thousands, and all that are printed. `onLeave` is told where to begin the next time. */
export function useWindowRows(
  body: RefObject<HTMLElement>,
  {
    keys,
    from,
    onLeave,
  }: { readonly keys: readonly number[]; readonly from: Place; readonly onLeave: (place: Place) => void },
): WindowRows {
  const [, rerender] = useReducer((count: number, _: undefined) => count + 1, 0);
  const [top, setTop] = useState(0);
  const options = {
    count: keys.length,
    getItemKey: (index: number) => keys[index] ?? index,
    estimateSize: () => (NARROW.matches ? CARD_HEIGHT : ROW_HEIGHT),
    overscan: OVERSCAN,
    scrollMargin: top,
    initialRect: { width: innerWidth, height: innerHeight },
    initialOffset: from.scroll,
    initialMeasurementsCache: from.measured,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => rerender(undefined),
  } satisfies VirtualizerOptions<Window, HTMLElement>;
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtualizer.setOptions(options);
  // The two steps of the library's own adapters.
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => {
    if (body.current !== null) setTop(Math.round(body.current.getBoundingClientRect().top + scrollY));
  });
  useEffect(
    () => () => onLeave({ scroll: virtualizer.scrollOffset ?? 0, measured: virtualizer.takeSnapshot() }),
    [virtualizer, onLeave],
  );
  const isPrinting = usePrinting();
  if (isPrinting) return printedRows(keys.length);
  const rows = virtualizer.getVirtualItems();
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    indices: rows.map(({ index }) => index),
    before: first === undefined ? 0 : first.start - top,
    after: last === undefined ? 0 : virtualizer.getTotalSize() - (last.end - top),
    measure: virtualizer.measureElement,
    unprinted: 0,
  };
}

function printedRows(count: number): WindowRows {
  const length = Math.min(count, MAX_PRINTED);
  const indices = Array.from({ length }, (_, index) => index);
  return { indices, before: 0, after: 0, measure: unmeasured, unprinted: count - length };
}

/** Rows have another height on paper. */
function unmeasured(): void {}
