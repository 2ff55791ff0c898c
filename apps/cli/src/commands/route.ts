import process from "node:process";
import { Argument, type Command, Option } from "commander";
import { exitCode, report } from "../output.ts";

const places = ["client", "enclave", "on-premise", "cloud"] as const;

interface ExplainOptions {
  readonly policy?: string;
  readonly available: string;
  readonly strictest?: (typeof places)[number];
  readonly consent: boolean;
  readonly json: boolean;
}

export function addRouteCommand(program: Command): void {
  const route = program.command("route").description("where requests may be answered, and why");
  route
    .command("lint")
    .description("find contradictions and unsafe settings in a routing policy")
    .addArgument(new Argument("<policy>", "JSON file; `route policy` prints one to begin with"))
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when there are errors; warnings are no errors.")
    .action(lint);
  route
    .command("explain")
    .description("show where a request would go")
    .addArgument(new Argument("<text>", "what a person would send"))
    .option("--policy <file>", "routing policy; without it nothing leaves the organisation")
    .option("--available <places>", "what can be reached, separated by commas", places.join(","))
    .addOption(new Option("--strictest <place>", "the person's own limit").choices(places))
    .option("--consent", "the person agreed to a cloud model", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", '\nExample:\n  cloister route explain "What are the symptoms of gout?"')
    .action(explain);
  route
    .command("policy")
    .description("print the policy that holds where there is none, to begin with")
    .action(printPolicy);
}

async function lint(file: string, options: { readonly json: boolean }): Promise<void> {
  const [{ lintPolicy, policyDigest }, { readPolicyFile }] = await Promise.all([
    import("@cloister/routing"),
    import("../routing/policy-file.ts"),
  ]);
  const policy = await readPolicyFile(file);
  const findings = lintPolicy(policy, Date.now());
  const failed = findings.some(({ level }) => level === "error");
  const digest = policyDigest(policy);
  report({
    json: options.json,
    value: { ok: !failed, digest, findings },
    lines: [
      ...findings.map(({ level, code, message }) => `${level.padEnd(8)} ${code.padEnd(18)} ${message}`),
      `${failed ? "NOT IN ORDER" : "In order"}: policy "${policy.name}", digest ${digest}`,
    ],
  });
  if (failed) process.exitCode = exitCode.failed;
}

async function explain(text: string, options: ExplainOptions, command: Command): Promise<void> {
  const [routing, { readPolicyFile }, { deidPorts }] = await Promise.all([
    import("@cloister/routing"),
    import("../routing/policy-file.ts"),
    import("../routing/ports.ts"),
  ]);
  const wanted = options.available.split(",");
  const available = routing.processors.filter((place) => wanted.includes(place));
  if (available.length !== wanted.length)
    command.error(`error: --available takes some of ${places.join(",")}`);
  const policy = options.policy === undefined ? routing.defaultPolicy : await readPolicyFile(options.policy);
  const { strictest } = options;
  const decision = routing.route(
    {
      inquiry: { text },
      policy,
      available,
      atMs: Date.now(),
      hasConsent: options.consent,
      ...(strictest === undefined ? {} : { strictest }),
    },
    deidPorts,
  );
  report({
    json: options.json,
    value: decision,
    lines: [
      routing.explain(decision),
      `  sensitivity   ${decision.sensitivity}`,
      `  de-identified ${decision.outcome === "routed" && decision.deidentify ? "yes" : "no"}`,
      ...decision.reasons.map((code) => `  ${code.padEnd(21)} ${routing.reasonWords.get(code) ?? ""}`),
      `  policy        ${decision.policyDigest}`,
    ],
  });
}

async function printPolicy(): Promise<void> {
  const { defaultPolicy } = await import("@cloister/routing");
  report({ json: false, value: defaultPolicy, lines: [JSON.stringify(defaultPolicy, null, 2)] });
}
