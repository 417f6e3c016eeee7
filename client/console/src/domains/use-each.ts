import { useEffect, useRef, useState } from 'preact/hooks';
import { toApiError } from '../api/api-error.ts';
import { announce } from '../components/announcer.tsx';

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
  /** Why the next task has to wait; null while it doesn't. */
  readonly pause: string | null;
  readonly run: (tasks: readonly Task[]) => Promise<void>;
}

/** Runs tasks one after the other, until all have run or the dialog is closed. */
export function useEach(): Each {
  const [results, setResults] = useState<readonly TaskResult[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [pause, setPause] = useState<string | null>(null);
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
    let done = 0;
    for (const task of tasks) {
      const result = await runTask(task, isClosed, setPause);
      if (isClosed.current) return;
      setPause(null);
      if (result.isDone) done += 1;
      setResults((before) => [...before, result]);
    }
    setRunning(false);
    announce(`Done for ${done} of ${tasks.length} domains.`);
  };
  return { results, isRunning, pause, run };
}

async function runTask(
  { name, run }: Task,
  isClosed: { readonly current: boolean },
  onPause: (reason: string | null) => void,
): Promise<TaskResult> {
  while (true) {
    try {
      return { name, message: await run(), isDone: true };
    } catch (error) {
      const { code, message } = toApiError(error);
      if (code !== 'rate_limited' || isClosed.current) return { name, message, isDone: false };
      onPause(message);
    }
    await new Promise((resolve) => setTimeout(resolve, TOO_EARLY_MS));
  }
}
