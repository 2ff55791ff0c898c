import { readFile } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";
import { type Policy, parsePolicy } from "@cloister/transparency/witnessing";

/** Reads a policy file (C2SP tlog-policy). @throws BaseError `POLICY_FILE`, or as `parsePolicy` */
export async function readPolicyFile(file: string): Promise<Policy> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new BaseError("Usage", "POLICY_FILE", `${file} cannot be read`, { cause });
  });
  return parsePolicy(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
}
