import { useState, useSyncExternalStore } from 'preact/compat';

let answers = 0;
const listeners = new Set<() => void>();

/** Notes that the server has answered a query. */
export function noteAnswer(): void {
  answers += 1;
  for (const listener of listeners) listener();
}

/** Whether the server has answered since the component was first rendered: what said that it is away is over. */
export function useIsReachedAgain(): boolean {
  const [before] = useState(answers);
  return useSyncExternalStore(subscribe, () => answers > before);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
