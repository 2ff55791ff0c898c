import type { FederationStatus } from "./history.ts";

const width = 640;
const height = 200;

/** A page of numbers and one curve; no script. */
export function statusPage(status: FederationStatus): string {
  const { name, stepsTaken, stepsCount, membersCount, thresholdCount, survivors } = status;
  const facts = [
    ["Steps", `${stepsTaken} of ${stepsCount}`],
    ["Hospitals", `${membersCount} enrolled, ${survivors.length} in the last step, ${thresholdCount} needed`],
    ["Paid for", `${status.paidForCount} looks at each hospital's records`],
    ["Begun again", `${status.abortedCount} rounds`],
    ["Taken back", `${status.rollbacksCount} times`],
    ["Under suspicion", suspicionText(status)],
  ];
  const rows = facts.map(([term, fact]) => `<dt>${term}</dt><dd>${fact}</dd>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Federation ${escaped(name)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
dt { font-weight: 600; } dd { margin: 0; }
progress { width: 100%; height: 1rem; }
svg { width: 100%; height: auto; } polyline { fill: none; stroke: currentcolor; stroke-width: 2; }
text { fill: currentcolor; font-size: 12px; } line { stroke: currentcolor; opacity: 0.3; }
</style>
</head>
<body>
<main>
<h1>Federation <em>${escaped(name)}</em></h1>
<p><progress value="${stepsTaken}" max="${stepsCount}" aria-label="Steps taken"></progress></p>
<dl>${rows}</dl>
${curve(status)}
<p>The coordinator sees sums over hospitals: no record, and no hospital's own sum.</p>
</main>
</body>
</html>
`;
}

function suspicionText({ suspicions }: FederationStatus): string {
  const entries = Object.entries(suspicions);
  if (entries.length === 0) return "nobody";
  return entries.map(([node, times]) => `hospital ${node} (${times} times in such a group)`).join(", ");
}

function curve({ losses, stepsCount }: FederationStatus): string {
  if (losses.length < 2) return "<p>No validation yet.</p>";
  const most = Math.max(...losses.map(({ loss }) => loss));
  const points = losses
    .map(
      ({ step, loss }) =>
        `${((step / stepsCount) * width).toFixed(1)},${(height - (loss / most) * (height - 20)).toFixed(1)}`,
    )
    .join(" ");
  const last = losses.at(-1)?.loss ?? 0;
  return `<h2>Loss on records of no hospital</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Loss over steps; ${last.toFixed(3)} at last">
<line x1="0" y1="${height}" x2="${width}" y2="${height}" /><polyline points="${points}" />
<text x="4" y="14">${most.toFixed(3)}</text><text x="${width - 60}" y="${height - 6}">${last.toFixed(3)} now</text>
</svg>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
