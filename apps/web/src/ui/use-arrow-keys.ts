import type { KeyboardEvent, RefObject } from "react";

/** Up, Down, Home and End move between the elements that match; Tab works as ever. */
export function useArrowKeys(container: RefObject<HTMLElement | null>, selector: string) {
  return (event: KeyboardEvent) => {
    const elements = [...(container.current?.querySelectorAll<HTMLElement>(selector) ?? [])];
    const current = elements.findIndex((element) => element === document.activeElement);
    const next = nextIndex(event.key, current, elements.length);
    if (next === undefined) return;
    event.preventDefault();
    elements[next]?.focus();
  };
}

function nextIndex(key: string, current: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return Math.min(current + 1, count - 1);
    case "ArrowUp":
      return Math.max(current - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
