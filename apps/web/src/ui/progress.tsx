import { Label, ProgressBar } from "react-aria-components";

interface ProgressProps {
  readonly label: string;
  readonly doneCount: number;
  /** Undefined while nobody knows. */
  readonly totalCount: number | undefined;
}

/** How far something is that takes a while. */
export function Progress({ label, doneCount, totalCount }: ProgressProps) {
  const percent = totalCount === undefined || totalCount === 0 ? 0 : (doneCount / totalCount) * 100;
  return (
    <ProgressBar className="progress" value={percent} isIndeterminate={totalCount === undefined}>
      <Label className="progress-label">{label}</Label>
      {/* An attribute, not a style: the content security policy has no inline styles. */}
      <svg className="progress-track" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect className="progress-bar" width={percent} height="4" />
      </svg>
    </ProgressBar>
  );
}
