import { readFile } from "node:fs/promises";
import process from "node:process";
import { BaseError, toBase64 } from "@cloister/bytes";
import type { ShredState } from "@cloister/keys";
import type { Command } from "commander";
import { exitCode, report } from "../output.ts";

interface KeysOptions {
  readonly config: string;
  readonly json: boolean;
}

interface ShredOptions extends KeysOptions {
  readonly conversation: string;
  readonly reason: string;
  readonly by: string;
  readonly yes: boolean;
}

interface PolicyOptions {
  readonly account: string;
  readonly enclaveRole: string;
  readonly measurement: readonly string[];
  readonly custodian?: string;
}

export function addKeysCommand(program: Command): void {
  const keys = program
    .command("keys")
    .description("the organisation's keys: where they are, rotate, destroy");
  const withConfig = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .requiredOption("--config <file>", "where the keys are; docs/keys.md shows one")
      .option("--json", "print JSON", false);
  withConfig("status", "the key in use, and how many data keys each version wraps").action(status);
  withConfig("rotate", "make a new version and wrap every data key with it; goes on after a crash").action(
    rotate,
  );
  withConfig("shred", "destroy every wrapped copy of a conversation's keys, for good")
    .requiredOption("--conversation <id>", "whose keys")
    .requiredOption("--reason <code>", "for the log; nothing about a patient")
    .requiredOption("--by <name>", "who asks, for the log; a pseudonym")
    .option("--yes", "do it; without, says what would be destroyed", false)
    .action(shred);
  addPolicyCommands(keys.command("policy").description("the policy of a key in AWS KMS that enclaves use"));
}

function addPolicyCommands(policy: Command): void {
  policy
    .command("print")
    .description("a policy that gives the key to measured code, and to nobody the means to change that")
    .requiredOption("--account <digits>", "the key's account")
    .requiredOption("--enclave-role <arn>", "role of the enclave's host")
    .requiredOption("--measurement <pcr0...>", "96 hex digits for each image")
    .option("--custodian <arn>", "who alone may change it, in another account; without, nobody ever can")
    .action(printPolicy);
  policy
    .command("lint <file>")
    .description("what is wrong with a policy; a form it does not know is a fault")
    .requiredOption("--account <digits>", "the key's account")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when it finds anything.")
    .action(lintPolicy);
}

async function status({ config, json }: KeysOptions): Promise<void> {
  const [{ openKeys }, { countByVersion, readRotation }] = await load();
  const { provider, store, journal, tenant } = await openKeys(config);
  try {
    const { kind, version, signingKey } = await provider.status();
    const wrapped = Object.fromEntries(await countByVersion(store, tenant)) as Record<string, number>;
    const rotation = (await readRotation(journal, tenant))?.stage ?? "never";
    const value = { tenant, kind, version, signingKey: toBase64(signingKey), wrapped, rotation };
    const lines = [
      `${tenant}: ${kind}, version ${version}`,
      `  signing key  ${value.signingKey}`,
      `  rotation     ${rotation}`,
      ...Object.entries(wrapped).map(
        ([name, count]) => `  ${String(count).padStart(8)}  data keys under version ${name}`,
      ),
    ];
    report({ json, value, lines });
  } finally {
    await provider.close();
  }
}

async function rotate({ config, json }: KeysOptions): Promise<void> {
  const [{ openKeys }, { rotateKeys }] = await load();
  const { provider, store, journal, tenant } = await openKeys(config);
  try {
    const done = await rotateKeys({ provider, store, journal, tenant });
    const lines = [
      `Rotated from version ${done.from} to ${done.to}; ${done.rewrapped} data keys wrapped anew.`,
      ...(done.resumed ? ["An earlier rotation had been interrupted; this finished it."] : []),
      ...(done.damaged > 0 ? [`${done.damaged} wrapped keys do not open; restore them from a copy.`] : []),
    ];
    report({ json, value: done, lines });
    if (done.damaged > 0) process.exitCode = exitCode.failed;
  } finally {
    await provider.close();
  }
}

async function shred(options: ShredOptions): Promise<void> {
  const [{ openKeys }, { resumeShredding, shredKeys }] = await load();
  const { provider, tenant, copies, ...ports } = await openKeys(options.config);
  await provider.close();
  const { conversation, reason, by: requestedBy, json } = options;
  if (!options.yes) {
    const places = await Promise.all(
      copies.map(async (one) => ({ name: one.name, count: await one.count({ tenant, conversation }) })),
    );
    const lines = places.map(({ name, count }) => `${String(count).padStart(8)}  in ${name}`);
    report({
      json,
      value: { conversation, places },
      lines: [...lines, "Add --yes to destroy them for good."],
    });
    return;
  }
  const all = { ...ports, copies };
  const resumed = await resumeShredding(all);
  const state = await shredKeys({ tenant, conversation, reason, requestedBy, atMs: Date.now() }, all);
  const said = ({ conversation: name }: ShredState) => `Destroyed: ${name}, in ${copies.length} places.`;
  report({
    json,
    value: {
      conversation,
      stage: state.stage,
      places: copies.map(({ name }) => name),
      resumed: resumed.length,
    },
    lines: [
      said(state),
      "Rotate afterwards, so that a copy found on an old disk opens nothing (docs/keys.md).",
    ],
  });
}

async function printPolicy(options: PolicyOptions): Promise<void> {
  const { generateKmsPolicy } = await import("@cloister/keys/kms-policy");
  const { measurement: measurements, account, enclaveRole, custodian } = options;
  const policy = generateKmsPolicy({ account, enclaveRole, measurements, ...(custodian && { custodian }) });
  process.stdout.write(`${JSON.stringify(policy, undefined, 2)}\n`);
}

async function lintPolicy(
  file: string,
  { account, json }: { account: string; json: boolean },
): Promise<void> {
  const { lintKmsPolicy } = await import("@cloister/keys/kms-policy");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "POLICY_FILE", `${file} cannot be read`, { cause });
  });
  const faults = lintKmsPolicy(text, account);
  const lines = faults.map(
    ({ code, rule, statement }) => `${code}${statement ? ` in ${statement}` : ""}: ${rule}`,
  );
  report({ json, value: { file, faults }, lines: faults.length === 0 ? ["No faults found."] : lines });
  if (faults.length > 0) process.exitCode = exitCode.failed;
}

function load() {
  return Promise.all([import("../keys/open.ts"), import("@cloister/keys")]);
}
