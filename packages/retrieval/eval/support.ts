/**
 * Prints how the citation checker judges the set of `support-set.ts`; with `--misses` also what it judged
 * wrongly in the half that is for the eye:
 *
 *     node packages/retrieval/eval/support.ts [--misses CLASS]
 */
import process from "node:process";
import { checkSupport } from "../src/index.ts";
import { type Claim, claims, faithful, type Part } from "./support-set.ts";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function judgedRightly({ kind, claim, title, passage }: Claim): boolean {
  return checkSupport({ claim, title, passage }).supported === faithful.has(kind);
}

function measure(part: Part): void {
  const all = claims(part);
  for (const kind of new Set(all.map((one) => one.kind))) {
    const list = all.filter((one) => one.kind === kind);
    const by = (origin?: Claim["origin"]): string => {
      const some = list.filter((one) => origin === undefined || one.origin === origin);
      return `${some.filter(judgedRightly).length} of ${some.length}`;
    };
    const share = (list.filter(judgedRightly).length / list.length) * 100;
    const verdict = faithful.has(kind) ? "accepted" : "refused";
    print(`| ${kind} | ${verdict} ${share.toFixed(1)} % | ${by()} | written ${by("written")} |`);
  }
}

function showMisses(kind: string): void {
  for (const one of claims("dev")) {
    if (one.kind !== kind || judgedRightly(one)) continue;
    const { supported, ...why } = checkSupport(one);
    print(
      `${supported ? "taken" : JSON.stringify(why)}\n  ${one.claim}\n  [${one.title}] ${one.passage.slice(0, 500)}\n`,
    );
  }
}

const at = process.argv.indexOf("--misses");
if (at > 0) showMisses(process.argv[at + 1] ?? "paraphrase");
else {
  for (const part of ["dev", "held-out"] as const) {
    print(`\n${part}`);
    measure(part);
  }
}
