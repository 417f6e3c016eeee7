import type { ComponentType } from 'preact';
import { lazy } from 'preact/compat';

/** Milliseconds until a server that can't be reached is asked again. */
const PAUSE_MS = 1_000;
/** In this time, the page is loaded again by itself once. */
const ONCE_MS = 10_000;
/** When that was last done, for this tab. */
const RELOADED = 'letterhead.reloaded';

/** The code of a page or a dialog could not be loaded: the network changed, or there is another version by now. */
export class NotLoadedError extends Error {}

/** A component whose code is loaded when it is first shown. Throws `NotLoadedError` in its place where that fails. */
export function onDemand<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() =>
    load().catch((cause: unknown) => {
      throw new NotLoadedError('', { cause });
    }),
  );
}

/** Loads the page again once the server answers: a browser asks no second time for code that it could not load. */
export async function reloadOnceReachable(): Promise<void> {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < ONCE_MS) return;
  while (!(await isReachable())) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}

function isReachable(): Promise<boolean> {
  return fetch(location.pathname, { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  );
}
