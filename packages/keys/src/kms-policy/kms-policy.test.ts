import { describe, expect, it } from "vitest";
import { generateKmsPolicy, type KmsPolicyInput, type KmsStatement } from "./generate.ts";
import { kmsPolicyRules, lintKmsPolicy } from "./lint.ts";

const account = "111122223333";
const input: KmsPolicyInput = {
  account,
  enclaveRole: `arn:aws:iam::${account}:role/enclave`,
  measurements: ["ab".repeat(48), "CD".repeat(48)],
  custodian: "arn:aws:iam::444455556666:role/custodian",
};
const good = generateKmsPolicy(input);
const codes = (policy: unknown) =>
  lintKmsPolicy(typeof policy === "string" ? policy : JSON.stringify(policy), account).map(
    ({ code }) => code,
  );

/** The good policy with one statement changed, added or left out. */
const changed = (sid: string, change: Record<string, unknown>) => ({
  ...good,
  Statement: good.Statement.map((one) => (one.Sid === sid ? { ...one, ...change } : one)),
});
const without = (sid: string) => ({ ...good, Statement: good.Statement.filter(({ Sid }) => Sid !== sid) });
const withMore = (more: Partial<KmsStatement> & object) => ({
  ...good,
  Statement: [...good.Statement, { Sid: "More", Effect: "Allow", Resource: "*", ...more }],
});
const admin = { AWS: `arn:aws:iam::${account}:role/admin` };
const zeros = { StringEqualsIgnoreCase: { "kms:RecipientAttestation:PCR0": "0".repeat(96) } };
const image = { "kms:RecipientAttestation:ImageSha384": "ab".repeat(48) };

describe("a generated policy", () => {
  it("passes its own linter, with and without a custodian", () => {
    expect(codes(good)).toEqual([]);
    const { custodian: _, ...alone } = input;
    expect(codes(generateKmsPolicy(alone))).toEqual([]);
  });

  it.each<[string, Partial<KmsPolicyInput>]>([
    ["no measurement", { measurements: [] }],
    ["a debug enclave's measurement", { measurements: ["00".repeat(48)] }],
    ["a short measurement", { measurements: ["ab"] }],
    ["a custodian of the same account", { custodian: `arn:aws:iam::${account}:role/custodian` }],
    ["everybody as the enclave's role", { enclaveRole: "*" }],
    ["no account", { account: "1" }],
  ])("is not made with %s", (_, change) => {
    expect(() => generateKmsPolicy({ ...input, ...change })).toThrowError(
      expect.objectContaining({ code: "KEY_CONFIGURATION" }),
    );
  });
});

describe("the linter", () => {
  const cases: [keyof typeof kmsPolicyRules, unknown][] = [
    ["POLICY_FORM", "{"],
    ["POLICY_FORM", { ...good, Version: "2008-10-17" }],
    ["POLICY_NOT_FORM", withMore({ Principal: admin, NotAction: ["kms:Decrypt"] } as object)],
    ["POLICY_RELEASE_UNATTESTED", withMore({ Principal: admin, Action: ["kms:Decrypt"] })],
    [
      "POLICY_RELEASE_UNATTESTED",
      changed("ReleaseToMeasuredCode", {
        Condition: { StringLike: { "kms:RecipientAttestation:PCR0": "*" } },
      }),
    ],
    [
      "POLICY_RELEASE_UNATTESTED",
      changed("ReleaseToMeasuredCode", { Condition: { StringEqualsIfExists: image } }),
    ],
    ["POLICY_RELEASE_MISSING", without("ReleaseToMeasuredCode")],
    ["POLICY_RELEASE_WILDCARD", changed("ReleaseToMeasuredCode", { Principal: "*" })],
    [
      "POLICY_RELEASE_WILDCARD",
      changed("ReleaseToMeasuredCode", { Principal: { AWS: `arn:aws:iam::${account}:root` } }),
    ],
    ["POLICY_MEASUREMENT", changed("ReleaseToMeasuredCode", { Condition: zeros })],
    [
      "POLICY_WEAK_PCR",
      changed("ReleaseToMeasuredCode", {
        Condition: { StringEquals: { "kms:RecipientAttestation:PCR8": "ab".repeat(48) } },
      }),
    ],
    ["POLICY_WILDCARD_ACTION", changed("LetTheAccountLook", { Action: "kms:*" })],
    ["POLICY_WILDCARD_ACTION", changed("LetTheAccountLook", { Action: ["kms:Put*"] })],
    ["POLICY_CHANGE_ALLOWED", withMore({ Principal: admin, Action: ["kms:PutKeyPolicy"] })],
    ["POLICY_CHANGE_ALLOWED", withMore({ Principal: admin, Action: ["kms:creategrant"] })],
    ["POLICY_CHANGE_NOT_DENIED", without("DenyChange")],
    [
      "POLICY_CHANGE_NOT_DENIED",
      changed("DenyChange", { Action: ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey"] }),
    ],
    [
      "POLICY_CHANGE_NOT_DENIED",
      changed("DenyChange", {
        Condition: { ArnNotLike: { "aws:PrincipalArn": `arn:aws:iam::${account}:*` } },
      }),
    ],
    [
      "POLICY_CHANGE_NOT_DENIED",
      changed("DenyChange", { Condition: { ArnNotEquals: { "aws:PrincipalArn": ["a", "b"] } } }),
    ],
    ["POLICY_END_NOT_DENIED", changed("DenyChange", { Action: ["kms:PutKeyPolicy"] })],
    ["POLICY_RELEASE_NOT_DENIED", without("DenyReleaseToAnythingElse")],
    [
      "POLICY_RELEASE_NOT_DENIED",
      changed("DenyReleaseToAnythingElse", { Condition: { StringNotEqualsIfExists: image } }),
    ],
  ];

  it.each(cases)("finds %s", (code, policy) => {
    expect(codes(policy)).toContain(code);
  });

  it("has a case for each of its rules", () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(Object.keys(kmsPolicyRules)));
  });

  it("names the statement", () => {
    const [fault] = lintKmsPolicy(JSON.stringify(changed("LetTheAccountLook", { Action: "kms:*" })), account);
    expect(fault?.statement).toBe("LetTheAccountLook");
  });
});
