import { useState } from "react";
import { explain } from "./words.ts";

/** A thing that a person started and that may fail. */
export interface Task<A extends readonly unknown[]> {
  readonly running: boolean;
  /** What went wrong the last time, with what to do. */
  readonly error: string | undefined;
  readonly run: (...args: A) => Promise<void>;
}

/** Runs one at a time; a second start while running does nothing. */
export function useTask<A extends readonly unknown[]>(work: (...args: A) => Promise<void>): Task<A> {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<string>();
  const run = async (...args: A) => {
    if (running) return;
    setRunning(true);
    setError(undefined);
    try {
      await work(...args);
    } catch (caught) {
      setError(explain(caught));
    } finally {
      setRunning(false);
    }
  };
  return { running, error, run };
}
