import { BaseError, fromBase64Url, isBaseError, toBase64Url } from "@cloister/bytes";
import { readSecret, writeAtomically } from "@cloister/keys-file";
import type { CanaryPlan } from "@cloister/privacy/canary";
import { z } from "zod/mini";

/** A plan with the leaves that the log keeps of it. */
export interface StoredPlan {
  readonly plan: CanaryPlan;
  readonly planned: Uint8Array;
  /** There once planting began. */
  readonly planted?: Uint8Array;
}

const count = z.int().check(z.nonnegative());
const base64Url = z.string().check(z.regex(/^[\w-]{1,2000}$/));
const planSchema = z.strictObject({
  version: z.literal(1),
  groups: z
    .array(z.strictObject({ beginning: z.string(), candidates: z.array(z.string()).check(z.minLength(2)) }))
    .check(z.minLength(1)),
  choices: z.array(count),
  levelPpm: count,
  nonce: base64Url,
  planned: base64Url,
  planted: z.optional(base64Url),
});

/** @throws BaseError `CANARY_PLAN`, `KEY_FILE_MISSING`, `KEY_FILE_EXPOSED` */
export async function readPlan(file: string): Promise<StoredPlan> {
  const text = await readSecret(file);
  try {
    const { nonce, planned, planted, ...rest } = planSchema.parse(JSON.parse(text));
    return {
      plan: { ...rest, nonce: fromBase64Url(nonce) },
      planned: fromBase64Url(planned),
      ...(planted !== undefined && { planted: fromBase64Url(planted) }),
    };
  } catch (cause) {
    if (isBaseError(cause) && cause.family === "Internal") throw cause;
    throw new BaseError(
      "Decode",
      "CANARY_PLAN",
      `${file} is no plan of \`cloister canary plan\`, or damaged`,
      { cause },
    );
  }
}

/** Whole or not at all, for its owner alone. */
export async function writePlan(file: string, { plan, planned, planted }: StoredPlan): Promise<void> {
  const value = {
    ...plan,
    nonce: toBase64Url(plan.nonce),
    planned: toBase64Url(planned),
    ...(planted !== undefined && { planted: toBase64Url(planted) }),
  };
  await writeAtomically(file, `${JSON.stringify(value, undefined, 1)}\n`);
}
