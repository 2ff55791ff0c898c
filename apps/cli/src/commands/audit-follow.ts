import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Followed } from "../audit/follow.ts";
import { interruption } from "../interruption.ts";
import { wholeNumber } from "../options.ts";
import { exitCode, progress, say } from "../output.ts";
import { type WhereOptions, withWhere } from "./audit-where.ts";

interface FollowOptions extends WhereOptions {
  readonly seconds: number;
  readonly json: boolean;
}

export function addAuditFollow(audit: Command): void {
  withWhere(audit.command("follow"))
    .description("verify the log, then show new entries as they come; ends when it does not continue itself")
    .option("--seconds <n>", "between two looks", wholeNumber(1, 86_400), 10)
    .option("--json", "print JSON lines", false)
    .addHelpText("after", "\nExits with 1 when the log was altered, cut or forked.")
    .action(run);
}

async function run(options: FollowOptions): Promise<void> {
  const [{ audit }, { follow }, { locateLog }, { eventJson }, { verifyCheckpoint }] = await Promise.all([
    import("../audit/verify.ts"),
    import("../audit/follow.ts"),
    import("../audit/locate.ts"),
    import("../audit/event-json.ts"),
    import("@cloister/transparency"),
  ]);
  const { source, vkey, name } = await locateLog({ ...options, dataDir: resolve(options.data) });
  const keptFile = join(resolve(options.data), "audit", `${name}.checkpoint`);
  const signal = interruption();
  const wait = () => sleep(options.seconds * 1000, true, { signal }).catch(() => false);
  const show = (seen: Followed) => {
    if (options.json)
      say(JSON.stringify(seen.type === "entry" ? { ...seen, event: eventJson(seen.event) } : seen));
    else say(describe(seen));
  };
  try {
    const result = await audit({ source, vkey, keptFile });
    if (!result.verified) {
      say(`NOT VERIFIED: ${result.reason}: ${result.rule}`);
      process.exitCode = exitCode.failed;
      return;
    }
    progress(`verified ${result.size} entries of ${source.name}; following`);
    const from = verifyCheckpoint(await source.checkpoint(), [vkey]);
    for await (const seen of follow({ source, vkey, from, keptFile, wait })) {
      show(seen);
      if (seen.type === "broken") process.exitCode = exitCode.failed;
    }
  } finally {
    await source.close();
  }
}

function describe(seen: Followed): string {
  if (seen.type === "entry") return `${seen.index}  ${seen.event.at}  ${seen.event.type}`;
  if (seen.type === "checkpoint") return `-- ${seen.size} entries, verified`;
  return `NOT VERIFIED: ${seen.reason} at ${seen.size} entries. Keep the data and the earlier checkpoints: they are the evidence.`;
}
