import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BaseError } from "@cloister/bytes";
import { decodeLeaf } from "@cloister/transparency";
import type { Command } from "commander";
import type { BreachReport, LoggedAct } from "../breach/breach.ts";
import { report } from "../output.ts";
import { type WhereOptions, withWhere } from "./audit-where.ts";

interface BreachOptions extends WhereOptions {
  readonly json: boolean;
}

export function addBreachCommand(program: Command): void {
  withWhere(program.command("breach <incident>"))
    .description("who, what and when of an incident from the verified log, and until when whom to tell")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nThe incident is a JSON file; docs/compliance.md shows one. No legal advice.")
    .action(breach);
}

async function breach(file: string, options: BreachOptions): Promise<void> {
  const { breachReport, readIncident } = await import("../breach/breach.ts");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "BREACH_INPUT", `${file} cannot be read`, { cause });
  });
  const result = breachReport(readIncident(text), await verifiedActs(options));
  report({ json: options.json, value: result, lines: describe(result) });
}

/** Nothing is told of a log that does not verify. */
async function verifiedActs(options: BreachOptions): Promise<LoggedAct[]> {
  const [{ audit }, { locateLog }, { eventJson }] = await Promise.all([
    import("../audit/verify.ts"),
    import("../audit/locate.ts"),
    import("../audit/event-json.ts"),
  ]);
  const dataDir = resolve(options.data);
  const { source, vkey, name } = await locateLog({ ...options, dataDir });
  try {
    const keptFile = resolve(dataDir, "audit", `${name}.checkpoint`);
    const verdict = await audit({ source, vkey, keptFile });
    if (!verdict.verified) {
      const message = `the log does not verify (${verdict.reason}); keep it as it is, and see \`audit verify\``;
      throw new BaseError("Verification", "BREACH_LOG", message);
    }
    const acts: LoggedAct[] = [];
    for await (const leaf of source.leaves(verdict.size)) {
      if (acts.length === verdict.size) break;
      const { event } = decodeLeaf(leaf);
      const { actor, conversation } = eventJson(event);
      acts.push({
        index: acts.length,
        type: event.type,
        at: event.at,
        ...(typeof actor === "string" && { actor }),
        ...(typeof conversation === "string" && { conversation }),
      });
    }
    return acts;
  } finally {
    await source.close();
  }
}

function describe({ what, when, who, acts, unsecured, deadlines }: BreachReport): string[] {
  return [
    `What  ${what}`,
    `When  from ${when.from} to ${when.to}, discovered ${when.discovered}`,
    `Who   ${who.affectedCount} people, as you say; in the log ${who.actors.length} pseudonyms in ${who.conversations.length} conversations`,
    ...Object.entries(acts).map(([type, count]) => `  ${String(count).padStart(8)}  ${type}`),
    "",
    ...(unsecured
      ? deadlines.map(({ to, by, rule }) => `by ${by}  ${to}  (${rule})`)
      : [
          "No deadline: what was taken is encrypted and its keys are safe (164.402). Keep the reasons in writing.",
        ]),
    ...(unsecured
      ? ["Each is due without unreasonable delay; these are the last days. State law may be stricter."]
      : []),
  ];
}
