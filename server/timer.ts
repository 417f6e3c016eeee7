/** Runs something once after so many milliseconds, unless the returned function is called before. */
export type Timer = (ms: number, run: () => void) => () => void;

/** The system's own; it does not keep the process alive. */
export const systemTimer: Timer = (ms, run) => {
  const timeout = setTimeout(run, ms).unref();
  return () => clearTimeout(timeout);
};
