import { useEffect, useRef, useState } from 'preact/hooks';
import { toApiError } from '../api/api-error.ts';

/** Pause before what came too early for the server is tried again. */
const TOO_EARLY_MS = 5_000;

/** Something to do about one name; resolves to what came of it, in a few words. */
export interface Task {
  readonly name: string;
  readonly run: () => Promise<string>;
}

/** What came of a task; `isDone` is false where the server refused it. */
export interface TaskResult {
  readonly name: string;
  readonly message: string;
  readonly isDone: boolean;
}

export interface Each {
  readonly results: readonly TaskResult[];
  readonly isRunning: boolean;
  /** Why the next task has to wait, or how many are done at the end; null while there is nothing to say. */
  readonly notice: string | null;
  readonly run: (tasks: readonly Task[]) => Promise<void>;
}

/** Runs tasks one after the other, until all have run or the dialog is closed. */
export function useEach(): Each {
  const [results, setResults] = useState<readonly TaskResult[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const isClosed = useRef(false);
  useEffect(
    () => () => {
      isClosed.current = true;
    },
    [],
  );
  const run = async (tasks: readonly Task[]) => {
    setRunning(true);
    setResults([]);
    setNotice(null);
    let done = 0;
    for (const task of tasks) {
      const result = await runTask(task, isClosed, setNotice);
      if (isClosed.current) return;
      setNotice(null);
      if (result.isDone) done += 1;
      setResults((before) => [...before, result]);
    }
    setRunning(false);
    setNotice(`Done for ${done} of ${tasks.length} ${tasks.length === 1 ? 'domain' : 'domains'}.`);
  };
  return { results, isRunning, notice, run };
}

async function runTask(
  { name, run }: Task,
  isClosed: { readonly current: boolean },
  onPause: (reason: string) => void,
): Promise<TaskResult> {
  while (true) {
    try {
      return { name, message: await run(), isDone: true };
    } catch (error) {
      const { code, message } = toApiError(error);
      if (code !== 'rate_limited' || isClosed.current) return { name, message, isDone: false };
      onPause(`${message} This goes on by itself.`);
    }
    await new Promise((resolve) => setTimeout(resolve, TOO_EARLY_MS));
  }
}
