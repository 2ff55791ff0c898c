/**
 * What is wrong with a key policy for an attested key. It understands the forms that matter and takes
 * whatever it does not understand for a fault: a policy that passes says exactly what it should.
 */
import { z } from "zod/mini";
import { changing, ending, isMeasurement } from "./generate.ts";

/** Rules of the linter, and what each asks for. */
export const kmsPolicyRules = {
  POLICY_FORM: "the policy is JSON in AWS's form, with Version 2012-10-17",
  POLICY_NOT_FORM: "no statement uses NotAction, NotPrincipal or NotResource, which allow by leaving out",
  POLICY_RELEASE_UNATTESTED: "whoever may use the key shows evidence of a listed image",
  POLICY_RELEASE_MISSING: "somebody may use the key",
  POLICY_RELEASE_WILDCARD: "use is allowed to a named role, not to everybody or a whole account",
  POLICY_MEASUREMENT:
    "images are named by PCR0, or by ImageSha384 which is the same: 96 hex digits, not zeros",
  POLICY_WEAK_PCR: "a condition on PCR1, 2, 3, 4 or 8 alone admits other images",
  POLICY_WILDCARD_ACTION: "no statement allows kms:* or a pattern: it would allow changing the policy",
  POLICY_CHANGE_ALLOWED: "nobody of the key's own account may change the policy or grant its use",
  POLICY_CHANGE_NOT_DENIED:
    "changing the policy, granting and replicating are denied, to all but one custodian at most",
  POLICY_END_NOT_DENIED: "deleting and disabling the key are denied, to all but one custodian at most",
  POLICY_RELEASE_NOT_DENIED: "use without listed evidence is denied too, so that no other policy allows it",
} as const;

/** Code of a rule in {@link kmsPolicyRules}. */
export type KmsPolicyCode = keyof typeof kmsPolicyRules;

/** One fault. */
export interface KmsPolicyFault {
  readonly code: KmsPolicyCode;
  readonly rule: string;
  /** Sid or position of the statement; absent where the policy as a whole lacks something. */
  readonly statement?: string;
}

const texts = z.union([z.string(), z.array(z.string())]);
const statementSchema = z.looseObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.optional(z.union([z.string(), z.looseObject({ AWS: z.optional(texts) })])),
  Action: z.optional(texts),
  Resource: z.optional(texts),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), texts))),
});
const policySchema = z.looseObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(statementSchema).check(z.minLength(1)),
});

interface Statement {
  readonly name: string;
  readonly effect: "Allow" | "Deny";
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
  readonly keys: readonly string[];
}

/** Faults of a policy's text; none when it does what it should. `account` is the key's own. */
export function lintKmsPolicy(text: string, account: string): readonly KmsPolicyFault[] {
  const parsed = policySchema.safeParse(parse(text));
  if (!parsed.success) return [fault("POLICY_FORM")];
  const statements = parsed.data.Statement.map(
    (statement, at): Statement => ({
      name: statement.Sid ?? `statement ${at + 1}`,
      effect: statement.Effect,
      principals: principalsOf(statement.Principal),
      actions: listOf(statement.Action).map((action) => action.toLowerCase()),
      conditions: statement.Condition ?? {},
      keys: Object.keys(statement),
    }),
  );
  return [...statements.flatMap((statement) => faultsOf(statement, account)), ...wholeFaults(statements)];
}

function faultsOf(statement: Statement, account: string): KmsPolicyFault[] {
  const found: KmsPolicyCode[] = [];
  if (statement.keys.some((key) => key.startsWith("Not"))) found.push("POLICY_NOT_FORM");
  if (statement.effect === "Allow") {
    const { actions, principals } = statement;
    if (actions.some((action) => action === "*" || action.includes("*")))
      found.push("POLICY_WILDCARD_ACTION");
    const changes = [...changing, ...ending].some((action) => allows(statement, action));
    if (changes && principals.some((one) => one === "*" || belongsTo(one, account)))
      found.push("POLICY_CHANGE_ALLOWED");
    if (uses.some((action) => allows(statement, action))) found.push(...releaseFaults(statement));
  }
  return found.map((code) => fault(code, statement.name));
}

/** What lets plaintext out. */
const uses = [
  "kms:Decrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyPair",
  "kms:DeriveSharedSecret",
  "kms:ReEncryptFrom",
];
const imageKeys = new Set(["kms:recipientattestation:imagesha384", "kms:recipientattestation:pcr0"]);

function releaseFaults({ principals, conditions }: Statement): KmsPolicyCode[] {
  const found: KmsPolicyCode[] = [];
  if (principals.some((one) => one === "*" || /:root$|^\d{12}$|\*/.test(one)))
    found.push("POLICY_RELEASE_WILDCARD");
  // Only these two compare text as a whole; Like and IfExists let others through.
  const exact = Object.entries(conditions).flatMap(([operator, entries]) =>
    /^StringEquals(IgnoreCase)?$/.test(operator) ? Object.entries(entries) : [],
  );
  const images = exact.filter(([key]) => imageKeys.has(key.toLowerCase()));
  if (images.length === 0) {
    const hasOther = exact.some(([key]) => key.toLowerCase().startsWith("kms:recipientattestation:pcr"));
    found.push(hasOther ? "POLICY_WEAK_PCR" : "POLICY_RELEASE_UNATTESTED");
  } else if (
    !images.every(([, values]) => listOf(values).length > 0 && listOf(values).every(isMeasurement))
  ) {
    found.push("POLICY_MEASUREMENT");
  }
  return found;
}

function wholeFaults(statements: readonly Statement[]): KmsPolicyFault[] {
  const denies = statements.filter(({ effect, principals }) => effect === "Deny" && principals.includes("*"));
  const isDenied = (action: string, isBroad: (statement: Statement) => boolean) =>
    denies.some((statement) => allows(statement, action) && isBroad(statement));
  const found: KmsPolicyCode[] = [];
  const releases = statements.filter((one) => one.effect === "Allow" && allows(one, "kms:Decrypt"));
  if (releases.length === 0) found.push("POLICY_RELEASE_MISSING");
  if (!changing.every((action) => isDenied(action, sparesOneAtMost))) found.push("POLICY_CHANGE_NOT_DENIED");
  if (!ending.every((action) => isDenied(action, sparesOneAtMost))) found.push("POLICY_END_NOT_DENIED");
  const needsEvidence = ["kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"].every((action) =>
    isDenied(action, deniesUnlisted),
  );
  if (!needsEvidence) found.push("POLICY_RELEASE_NOT_DENIED");
  return found.map((code) => fault(code));
}

/** Denied always, or to all but one principal named in full. */
function sparesOneAtMost({ conditions }: Statement): boolean {
  const operators = Object.entries(conditions);
  if (operators.length === 0) return true;
  const [operator = "", entries = {}] = operators[0] ?? [];
  const [key = "", value = []] = Object.entries(entries)[0] ?? [];
  const spared = listOf(value);
  return (
    operators.length === 1 &&
    Object.keys(entries).length === 1 &&
    /^(ArnNotEquals|StringNotEquals)$/.test(operator) &&
    key.toLowerCase() === "aws:principalarn" &&
    spared.length === 1 &&
    !spared.some((one) => /[*?]/.test(one))
  );
}

/** Denied to evidence of other images, and where there is none: a negated condition holds without its key. */
function deniesUnlisted({ conditions }: Statement): boolean {
  const operators = Object.entries(conditions);
  const [operator = "", entries = {}] = operators[0] ?? [];
  const [key = "", value = []] = Object.entries(entries)[0] ?? [];
  return (
    operators.length === 1 &&
    Object.keys(entries).length === 1 &&
    /^StringNotEquals(IgnoreCase)?$/.test(operator) &&
    imageKeys.has(key.toLowerCase()) &&
    listOf(value).length > 0 &&
    listOf(value).every(isMeasurement)
  );
}

/** Whether a statement's actions cover one; patterns as IAM reads them. */
function allows({ actions }: Statement, action: string): boolean {
  return actions.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join(".*").replaceAll("?", ".")}$`, "i").test(action);
  });
}

function belongsTo(principal: string, account: string): boolean {
  return principal === account || principal.includes(`::${account}:`);
}

function principalsOf(principal: unknown): readonly string[] {
  if (typeof principal === "string") return [principal];
  const aws = (principal as { readonly AWS?: string | string[] } | undefined)?.AWS;
  return listOf(aws);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

function fault(code: KmsPolicyCode, statement?: string): KmsPolicyFault {
  return { code, rule: kmsPolicyRules[code], ...(statement === undefined ? {} : { statement }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
