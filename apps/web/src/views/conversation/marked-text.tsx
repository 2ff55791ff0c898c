import type { RoutePreview } from "../../model/use-route.ts";

interface MarkedTextProps {
  readonly text: string;
  readonly spans: RoutePreview["spans"];
  /** How far the field above it is scrolled. */
  readonly scrollTop: number;
}

/** Lies under the field, letter under letter, and shows nothing but the marks. */
export function MarkedText({ text, spans, scrollTop }: MarkedTextProps) {
  return (
    <div
      className="composer-marks"
      aria-hidden="true"
      ref={(layer) => {
        if (layer !== null) layer.scrollTop = scrollTop;
      }}
    >
      {spans.map(({ start, end }, index) => (
        <span key={start}>
          {text.slice(spans[index - 1]?.end ?? 0, start)}
          <mark>{text.slice(start, end)}</mark>
        </span>
      ))}
      {/* A last line break counts only with something behind it. */}
      {text.slice(spans.at(-1)?.end ?? 0)}
      {"\u200B"}
    </div>
  );
}
