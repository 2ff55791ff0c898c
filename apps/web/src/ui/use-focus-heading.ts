import { useEffect, useRef } from "react";

/**
 * Hands the focus to the heading when another view takes the place of the one that had it. Not when the page
 * opens: then reading begins at its top.
 */
export function useFocusHeading(view: string): void {
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    document.querySelector<HTMLElement>("main h1")?.focus();
  }, [view]);
}
