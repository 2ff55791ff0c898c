import { readFile } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";
import { type RoutingPolicy, readPolicy } from "@cloister/routing";

/** Reads a routing policy. @throws BaseError `FILE_UNREADABLE`, `POLICY_FORMAT` */
export async function readPolicyFile(path: string): Promise<RoutingPolicy> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "FILE_UNREADABLE", `cannot read ${path}`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BaseError("Decode", "POLICY_FORMAT", `${path} must be JSON`, { cause });
  }
  return readPolicy(value);
}
