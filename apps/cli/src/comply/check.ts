import { createHash } from "node:crypto";
import { isBaseError } from "@cloister/bytes";

/** Every check; `cloister comply --only NAME` runs one again. */
export const checkNames = [
  "accounts",
  "assistant",
  "audit",
  "backup",
  "conversation",
  "doors",
  "emergency",
  "headers",
  "marker",
  "restore",
  "revocation",
  "secrets",
  "sessions",
  "software",
  "transport",
  "witnesses",
] as const;
export type CheckName = (typeof checkNames)[number];

export const statuses = ["met", "partial", "not met"] as const;
export type Status = (typeof statuses)[number];

/** What a check found, in lines that say what was looked at. */
export interface Outcome {
  readonly status: Status;
  readonly output: readonly string[];
}

/** A deployment, and how it is looked at. */
export interface Target {
  readonly dataDir: string;
  readonly relayUrl: string;
  readonly logUrl: string;
  /** The checkout whose packages run. */
  readonly repository: string;
  /** C2SP tlog-policy: whose cosignatures the organisation asks for. */
  readonly policyFile?: string | undefined;
  /** Texts that somebody planted in conversations; they must be nowhere. */
  readonly markers: readonly string[];
  /** Where backups are, to be searched too. */
  readonly backups?: string | undefined;
  readonly nowMs: number;
}

/** One check, as it ran. */
export interface Evidence extends Outcome {
  readonly check: CheckName;
  /** How to run it again. */
  readonly command: string;
  /** SHA-256 of the output's lines, hexadecimal. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly at: string;
}

export type Check = (target: Target) => Promise<Outcome>;

export const met = (...output: string[]): Outcome => ({ status: "met", output });
export const partial = (...output: string[]): Outcome => ({ status: "partial", output });
export const notMet = (...output: string[]): Outcome => ({ status: "not met", output });

/** Runs one; what it could not look at is not met. */
export async function runCheck(check: CheckName, run: Check, target: Target): Promise<Evidence> {
  const outcome = await run(target).catch((error: unknown) =>
    // Nothing of an unexpected error's text: it may hold anything.
    notMet(isBaseError(error) ? `${error.message} (${error.code})` : "the check itself failed"),
  );
  return {
    check,
    ...outcome,
    command: commandOf(check, target),
    sha256: outputDigest(outcome.output),
    at: new Date().toISOString(),
  };
}

export function outputDigest(output: readonly string[]): string {
  return createHash("sha256").update(output.join("\n")).digest("hex");
}

function commandOf(
  check: CheckName,
  { dataDir, relayUrl, logUrl, policyFile, backups, markers }: Target,
): string {
  const options = { data: dataDir, relay: relayUrl, log: logUrl, policy: policyFile, backups };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const flags = [...given, ...markers.map((marker) => ["marker", JSON.stringify(marker)])];
  return [
    "npx cloister comply",
    `--only ${check}`,
    ...flags.map(([name, value]) => `--${name} ${value}`),
  ].join(" ");
}
