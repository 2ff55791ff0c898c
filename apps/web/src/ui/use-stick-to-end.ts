import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const nearPixels = 80;

/**
 * Keeps a log at its end while the reader is there. Somebody who scrolled up stays where they read, unless
 * the newest row is their own.
 */
export function useStickToEnd(lastKey: string | undefined, endsWithMine: boolean) {
  const log = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const stick = useRef(true);
  const seenKey = useRef<string>(undefined);
  const scrollToEnd = useCallback(() => {
    const element = log.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    // Where there is little room the log does not scroll in itself, but with the pane around it.
    const pane = element.closest(".pane");
    if (pane !== null) pane.scrollTop = pane.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    if (seenKey.current === lastKey) return;
    seenKey.current = lastKey;
    if (stick.current || endsWithMine) scrollToEnd();
  }, [lastKey, endsWithMine, scrollToEnd]);

  useEffect(() => {
    const element = log.current;
    if (element === null) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Only a person moves up: content that grows below is no reason to let go of the end.
      if (distance < nearPixels) stick.current = true;
      else if (element.scrollTop < lastTop) stick.current = false;
      lastTop = element.scrollTop;
      setAtEnd(stick.current);
    };
    // A receipt that opens or a keyboard that appears changes the height without a new row.
    const resized = new ResizeObserver(() => {
      if (stick.current) scrollToEnd();
    });
    element.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(element);
    if (element.firstElementChild !== null) resized.observe(element.firstElementChild);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, [scrollToEnd]);

  return { log, atEnd, scrollToEnd };
}
