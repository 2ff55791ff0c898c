import { type ComplianceReport, type RowStatus, rowStatuses, type SignedReport } from "./report.ts";

const style = `
:root { color-scheme: light; font: 15px/1.5 system-ui, sans-serif; color: #1d2521; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .35rem 0; } .quiet { color: #55605a; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #dfe5e1; }
td:first-child { white-space: nowrap; } td:last-child { width: 11rem; }
b { font-weight: 600; } b.not { color: #a1261b; } b.met { color: #17603a; } b.part { color: #7a5200; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f6f5; padding: .7rem .9rem; border-radius: 6px; font-size: .8rem; }
section { break-inside: avoid; } h2, h3 { break-after: avoid; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } tr { break-inside: avoid; } pre { background: none; padding: 0; } }
`;

const classes: Readonly<Record<RowStatus, string>> = {
  met: "met",
  partial: "part",
  "not met": "not",
  "organisation's own": "own",
};

/** The report as one page: no script, nothing from elsewhere, and made to be printed. */
export function reportPage({ report, key, signature }: SignedReport): string {
  const { organisation, madeAt } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Security Rule: ${escape(organisation)}, ${escape(madeAt.slice(0, 10))}</title>
<style>${style}</style>
</head>
<body>
<h1>${escape(organisation)}: the Security Rule, as a machine can see it</h1>
<p class="quiet">${escape(madeAt)} · 45 CFR Part 164 Subpart C as in force · ${escape(countsOf(report))}</p>
<p>A row that is met was checked on the running deployment. A row that is the organisation's own cannot be checked by a machine, and is never shown as met. This is evidence, and no legal advice.</p>
<h2>Rows</h2>
<table><thead><tr><th>Section</th><th>Standard or specification</th><th>Status</th></tr></thead><tbody>
${report.rows.map((row) => line(`${row.id} <span class="quiet">${row.kind}</span>`, row)).join("\n")}
</tbody></table>
<h2>Proposed changes</h2>
<p class="quiet">90 FR 898 (6 January 2025) is a proposal, and no law. It is reported apart for those who prepare.</p>
<table><tbody>
${report.proposed.map((row) => line("", row)).join("\n")}
</tbody></table>
<h2>Evidence</h2>
${report.evidence.map(evidence).join("\n")}
<h2>Signature</h2>
<pre>Ed25519 key ${escape(key)}
signature   ${escape(signature)}</pre>
<p class="quiet">It is over the JSON file that came with this page. Check it: npx cloister comply verify FILE.json</p>
</body>
</html>
`;
}

/** How many rows stand how. */
export function countsOf({ rows }: ComplianceReport): string {
  return rowStatuses
    .map((each) => `${rows.filter(({ status }) => status === each).length} ${each}`)
    .join(" · ");
}

function line(
  first: string,
  row: {
    readonly title: string;
    readonly status: RowStatus;
    readonly by: readonly string[];
    readonly rest?: string | undefined;
  },
): string {
  const by = row.by.length === 0 ? "" : `<br><span class="quiet">by ${escape(row.by.join(", "))}</span>`;
  const rest =
    row.rest === undefined
      ? ""
      : `<br><span class="quiet">The organisation's own: ${escape(row.rest)}</span>`;
  const status = `<b class="${classes[row.status]}">${escape(row.status)}</b>`;
  return `<tr><td>${first}</td><td>${escape(row.title)}${by}${rest}</td><td>${status}</td></tr>`;
}

function evidence({
  check,
  status,
  output,
  command,
  sha256,
  at,
}: ComplianceReport["evidence"][number]): string {
  return `<section><h3>${check}: ${escape(status)}</h3>
<pre>$ ${escape(command)}
${escape(output.join("\n"))}</pre>
<p class="quiet">${escape(at)} · SHA-256 of the output ${escape(sha256)}</p></section>`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
