/**
 * A key policy for AWS KMS that gives a key to measured code, and to nobody the means to change that: an
 * administrator of the account could otherwise rewrite the policy and ask for the key.
 */
import { keyError } from "../rules.ts";

/** Who and what a policy is about. */
export interface KmsPolicyInput {
  /** Twelve digits. */
  readonly account: string;
  /** ARN of the role that the enclave's host runs with. */
  readonly enclaveRole: string;
  /** PCR0 of each image that may have the key, 96 hex digits. */
  readonly measurements: readonly string[];
  /**
   * ARN of the one principal that may change the policy: in another account, held by people who do not run
   * the service. Without one the policy can never be changed, for new images either.
   */
  readonly custodian?: string;
}

/** One statement, as far as these policies go. */
export interface KmsStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: "*";
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A key policy. */
export interface KmsPolicy {
  readonly Version: "2012-10-17";
  readonly Id: string;
  readonly Statement: readonly KmsStatement[];
}

/** What gives the key, or what it sealed, to an asker. */
const releasing = ["kms:Decrypt", "kms:GenerateDataKey"] as const;
/** What would change who is given it. */
export const changing = [
  "kms:PutKeyPolicy",
  "kms:CreateGrant",
  "kms:ReplicateKey",
  "kms:UpdatePrimaryRegion",
  "kms:ImportKeyMaterial",
  "kms:DeleteImportedKeyMaterial",
] as const;
/** What takes the key away from everybody: not secrecy, but every conversation that it keeps. */
export const ending = ["kms:ScheduleKeyDeletion", "kms:DisableKey"] as const;
/** What the account may go on doing: looking, rotating, and counting costs. */
const looking = [
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:RotateKeyOnDemand",
];

/** The condition that only evidence of these images meets. A debug enclave shows zeros, which none is. */
const imageCondition = "kms:RecipientAttestation:ImageSha384";

/** Makes the policy. @throws BaseError `KEY_CONFIGURATION` */
export function generateKmsPolicy(input: KmsPolicyInput): KmsPolicy {
  checkInput(input);
  const { account, enclaveRole, custodian } = input;
  const images = input.measurements.map((measurement) => measurement.toLowerCase());
  const everyone = { AWS: "*" };
  const isNotCustodian =
    custodian === undefined ? {} : { Condition: { ArnNotEquals: { "aws:PrincipalArn": custodian } } };
  return {
    Version: "2012-10-17",
    Id: "cloister-attested-key",
    Statement: [
      {
        Sid: "ReleaseToMeasuredCode",
        Effect: "Allow",
        Principal: { AWS: enclaveRole },
        Action: releasing,
        Resource: "*",
        Condition: { StringEqualsIgnoreCase: { [imageCondition]: images } },
      },
      {
        Sid: "DenyReleaseToAnythingElse",
        Effect: "Deny",
        Principal: everyone,
        Action: ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        Resource: "*",
        Condition: { StringNotEqualsIgnoreCase: { [imageCondition]: images } },
      },
      {
        Sid: "DenyChange",
        Effect: "Deny",
        Principal: everyone,
        Action: [...changing, ...ending],
        Resource: "*",
        ...isNotCustodian,
      },
      ...(custodian === undefined
        ? []
        : [
            {
              Sid: "LetTheCustodianChange",
              Effect: "Allow" as const,
              Principal: { AWS: custodian },
              Action: ["kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:DescribeKey"],
              Resource: "*" as const,
            },
          ]),
      {
        Sid: "LetTheAccountLook",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: looking,
        Resource: "*",
      },
    ],
  };
}

const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

function checkInput({ account, enclaveRole, measurements, custodian }: KmsPolicyInput): void {
  const problem =
    (!/^\d{12}$/.test(account) && "the account has twelve digits") ||
    (!roleArn.test(enclaveRole) && "the enclave's role is the ARN of a role") ||
    (measurements.length === 0 && "name at least one measurement") ||
    (!measurements.every(isMeasurement) && "a measurement is PCR0: 96 hex digits, not all zeros") ||
    (custodian !== undefined && !roleArn.test(custodian) && "the custodian is the ARN of a role") ||
    (custodian?.includes(`::${account}:`) === true && "the custodian belongs to another account") ||
    (custodian === enclaveRole && "the custodian is not the enclave's role");
  if (problem !== false) throw keyError("KEY_CONFIGURATION", { detail: problem });
}

/** PCR0 of an image that is not in debug mode. */
export function isMeasurement(text: string): boolean {
  return /^[0-9a-f]{96}$/i.test(text) && !/^0+$/.test(text);
}
