import { toHex } from "@cloister/bytes";
import { type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import {
  type Cosignature,
  type CosignatureKey,
  parseCosignatureKey,
  verifyCosignatures,
} from "./cosignature.ts";
import { readVerifierKey } from "./note.ts";
import { broken } from "./rules.ts";

/** A log that a policy accepts. */
export interface PolicyLog {
  readonly vkey: string;
  readonly url?: string;
}

/** A witness that counts. Its name means nothing outside the policy. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: CosignatureKey;
  /** Submission prefix of the witness protocol. */
  readonly url?: string;
}

/** Who has to cosign, as a tree: a witness, or at least `threshold` of some members. */
export type Quorum =
  | { readonly witness: PolicyWitness }
  | { readonly threshold: number; readonly members: readonly Quorum[] };

/** Which logs and witnesses are believed (C2SP tlog-policy). */
export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** A threshold of 0 over nothing stands for `quorum none`. */
  readonly quorum: Quorum;
}

const maxPolicyLength = 1_000_000;
// Tab and newline are the only control characters of a policy.
// oxlint-disable-next-line no-control-regex
const notPolicyText = /[\u0000-\u0008\u000b-\u001f\u007f]/u;

/**
 * Reads a policy file. Text that is not UTF-8 has to be refused by the caller.
 * @throws BaseError `POLICY_FORMAT`, `POLICY_NAME`, `POLICY_DUPLICATE`, `POLICY_THRESHOLD`, or a `VKEY_…` code
 */
export function parsePolicy(text: string): Policy {
  if (text.length > maxPolicyLength || notPolicyText.test(text) || (text !== "" && !text.endsWith("\n"))) {
    throw broken("POLICY_FORMAT");
  }
  const reader = new PolicyReader();
  for (const line of text.split("\n")) {
    const [keyword, ...items] = line.split(/[ \t]+/).filter((item) => item !== "");
    if (keyword !== undefined && !keyword.startsWith("#")) reader.read(keyword, items);
  }
  return reader.policy();
}

class PolicyReader {
  readonly #logs = new Map<string, PolicyLog>();
  readonly #witnesses = new Map<string, PolicyWitness>();
  readonly #named = new Map<string, Quorum>();
  readonly #members = new Set<string>();
  #quorum: Quorum | undefined;

  read(keyword: string, items: readonly string[]): void {
    switch (keyword) {
      case "log":
        return this.#log(items);
      case "witness":
        return this.#witness(items);
      case "group":
        return this.#group(items);
      case "quorum":
        return this.#setQuorum(items);
      default:
        throw broken("POLICY_FORMAT");
    }
  }

  policy(): Policy {
    if (this.#quorum === undefined) throw broken("POLICY_FORMAT");
    return {
      logs: [...this.#logs.values()],
      witnesses: [...this.#witnesses.values()],
      quorum: this.#quorum,
    };
  }

  #log([vkey, url, ...rest]: readonly string[]): void {
    if (vkey === undefined || rest.length > 0) throw broken("POLICY_FORMAT");
    addOnce(this.#logs, readVerifierKey(vkey).publicKey, { vkey, ...(url === undefined ? {} : { url }) });
  }

  #witness([name, vkey, url, ...rest]: readonly string[]): void {
    if (name === undefined || vkey === undefined || rest.length > 0) throw broken("POLICY_FORMAT");
    const witness = { name, key: parseCosignatureKey(vkey), ...(url === undefined ? {} : { url }) };
    addOnce(this.#witnesses, witness.key.publicKey, witness);
    this.#define(name, { witness });
  }

  #group([name, count, ...names]: readonly string[]): void {
    if (name === undefined || count === undefined || names.length === 0) throw broken("POLICY_FORMAT");
    const threshold = thresholdOf(count, names.length);
    const members = names.map((member) => {
      const defined = this.#defined(member);
      if (this.#members.has(member)) throw broken("POLICY_DUPLICATE");
      this.#members.add(member);
      return defined;
    });
    this.#define(name, { threshold, members });
  }

  #setQuorum([name, ...rest]: readonly string[]): void {
    if (name === undefined || rest.length > 0 || this.#quorum !== undefined) throw broken("POLICY_FORMAT");
    this.#quorum = name === "none" ? { threshold: 0, members: [] } : this.#defined(name);
  }

  #defined(name: string): Quorum {
    const defined = this.#named.get(name);
    if (defined === undefined) throw broken("POLICY_NAME");
    return defined;
  }

  #define(name: string, quorum: Quorum): void {
    if (name === "none" || this.#named.has(name)) throw broken("POLICY_NAME");
    this.#named.set(name, quorum);
  }
}

function thresholdOf(count: string, memberCount: number): number {
  if (count === "any") return 1;
  if (count === "all") return memberCount;
  const threshold = /^[1-9][0-9]{0,5}$/.test(count) ? Number(count) : Number.NaN;
  if (threshold <= memberCount) return threshold;
  throw broken("POLICY_THRESHOLD");
}

/** Two keys are the same when the public key is, whatever they are called. */
function addOnce<T>(map: Map<string, T>, publicKey: Uint8Array, value: T): void {
  const key = toHex(publicKey);
  if (map.has(key)) throw broken("POLICY_DUPLICATE");
  map.set(key, value);
}

/** A checkpoint that a log of the policy signed and its quorum cosigned. */
export interface WitnessedCheckpoint {
  readonly checkpoint: VerifiedCheckpoint;
  /** All that verified, also beyond the quorum. */
  readonly cosignatures: readonly Cosignature[];
}

/**
 * Verifies a checkpoint under a policy.
 * @param note signed note; untrusted
 * @param vkeys the log's verifier keys where they are known from elsewhere; else those of the policy
 * @throws BaseError `QUORUM_MISSING`, or as {@link verifyCheckpoint} and {@link verifyCosignatures}
 */
export function verifyWitnessed(
  note: string,
  policy: Policy,
  vkeys: readonly string[] = policy.logs.map(({ vkey }) => vkey),
): WitnessedCheckpoint {
  const checkpoint = verifyCheckpoint(note, vkeys);
  const cosignatures = verifyCosignatures(
    note,
    policy.witnesses.map(({ key }) => key),
  );
  const cosigned = new Set(cosignatures.map(({ vkey }) => vkey));
  if (!isReached(policy.quorum, cosigned)) throw broken("QUORUM_MISSING");
  return { checkpoint, cosignatures };
}

function isReached(quorum: Quorum, cosigned: ReadonlySet<string>): boolean {
  if ("witness" in quorum) return cosigned.has(quorum.witness.key.vkey);
  return quorum.members.filter((member) => isReached(member, cosigned)).length >= quorum.threshold;
}
