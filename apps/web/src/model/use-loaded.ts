import { useCallback, useEffect, useState } from "react";
import type { Loadable } from "./observable.ts";

/**
 * Loads when the view appears and again on `reload`; an answer that comes too late is dropped. `load` is that
 * of the first rendering.
 */
export function useLoaded<T>(load: () => Promise<T>): Loadable<T> & { readonly reload: () => void } {
  const [state, setState] = useState<Loadable<T>>({ status: "loading" });
  const [attempt, setAttempt] = useState({ load });
  useEffect(() => {
    let wanted = true;
    const settle = (settled: Loadable<T>) => {
      if (wanted) setState(settled);
    };
    attempt.load().then(
      (value) => settle({ status: "ready", value }),
      (error: unknown) => settle({ status: "failed", error }),
    );
    return () => {
      wanted = false;
    };
  }, [attempt]);
  const reload = useCallback(() => setAttempt((last) => ({ ...last })), []);
  return { ...state, reload };
}
