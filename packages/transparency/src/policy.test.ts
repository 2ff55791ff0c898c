import { ed25519KeyPair } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { signCheckpoint } from "./checkpoint.ts";
import { cosigner } from "./cosignature.ts";
import { leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, joinNote, parseNote, signText } from "./note.ts";
import { parsePolicy, verifyWitnessed } from "./policy.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(1);
const logKey = formatVerifierKey(origin, ed25519KeyPair(seed).publicKey);
const witnesses = new Map(
  ["X1", "X2", "X3", "Y1", "Y2"].map((name, at) => {
    const input = { name: `${name}.example/w`, seed: new Uint8Array(32).fill(10 + at), clock: () => 1000 };
    return [name, cosigner({ ...input, algorithm: name === "Y2" ? "ml-dsa-44" : "ed25519" })];
  }),
);
const checkpoint = signCheckpoint(ed25519NoteSigner(origin, seed), {
  size: 1,
  root: leafHash(new Uint8Array()),
});

function vkey(name: string): string {
  return witnesses.get(name)?.vkey ?? "";
}

/** The specification's own example: 2 of three Xs, and any Y. */
const example = `# who has to have seen it
log ${logKey} https://log.clinic.example

\twitness X1 ${vkey("X1")} https://x1.example/
witness  X2\t${vkey("X2")}
witness X3 ${vkey("X3")}
group X-witnesses 2 X1 X2 X3
witness Y1 ${vkey("Y1")}
witness Y2 ${vkey("Y2")}
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

function cosignedBy(...names: readonly string[]): string {
  const { unverifiedText, signatures } = parseNote(checkpoint);
  const signers = names.flatMap((name) => witnesses.get(name) ?? []);
  return joinNote(unverifiedText, [...signatures, ...signText(unverifiedText, signers)]);
}

describe("policies", () => {
  it("are read", () => {
    const policy = parsePolicy(example);
    expect(policy.logs).toEqual([{ vkey: logKey, url: "https://log.clinic.example" }]);
    expect(policy.witnesses.map(({ name }) => name)).toEqual(["X1", "X2", "X3", "Y1", "Y2"]);
    expect(policy.witnesses[0]?.url).toBe("https://x1.example/");
  });

  it.each([
    [["X1", "X2", "Y1"], true],
    [["X1", "X3", "Y2"], true],
    [["X1", "X2", "X3", "Y1", "Y2"], true],
    [["X1", "X1", "Y1"], false],
    [["X1", "X2"], false],
    [["Y1", "Y2"], false],
    [["X3", "Y1", "Y2"], false],
    [[], false],
  ])("ask for the quorum: %j is enough: %s", (names, reached) => {
    const verify = () => verifyWitnessed(cosignedBy(...names), parsePolicy(example));
    if (reached) {
      expect(verify().cosignatures.map(({ name }) => name)).toEqual(names.map((name) => `${name}.example/w`));
      expect(verify().checkpoint.size).toBe(1);
    } else expect(verify).toThrow(expect.objectContaining({ code: "QUORUM_MISSING" }));
  });

  it("may ask for one witness, or for none", () => {
    const one = parsePolicy(`log ${logKey}\nwitness X1 ${vkey("X1")}\nquorum X1\n`);
    expect(verifyWitnessed(cosignedBy("X1"), one).cosignatures).toHaveLength(1);
    expect(() => verifyWitnessed(checkpoint, one)).toThrow(
      expect.objectContaining({ code: "QUORUM_MISSING" }),
    );
    const none = parsePolicy("quorum none\n");
    expect(verifyWitnessed(checkpoint, none, [logKey]).cosignatures).toEqual([]);
    expect(() => verifyWitnessed(checkpoint, none)).toThrow(
      expect.objectContaining({ code: "NOTE_UNSIGNED" }),
    );
  });

  it.each([
    ["POLICY_FORMAT", ""],
    ["POLICY_FORMAT", "quorum none"],
    ["POLICY_FORMAT", "quorum none\r\n"],
    ["POLICY_FORMAT", "quorum none\nquorum none\n"],
    ["POLICY_FORMAT", "quorum none more\n"],
    ["POLICY_FORMAT", "Quorum none\n"],
    ["POLICY_FORMAT", "log\nquorum none\n"],
    ["POLICY_FORMAT", `log ${logKey} https://a https://b\nquorum none\n`],
    ["POLICY_FORMAT", `witness X1\nquorum none\n`],
    ["POLICY_FORMAT", `witness X1 ${vkey("X1")}\ngroup G any\nquorum G\n`],
    ["POLICY_NAME", "quorum X1\n"],
    ["POLICY_NAME", `quorum X1\nwitness X1 ${vkey("X1")}\n`],
    ["POLICY_NAME", `witness none ${vkey("X1")}\nquorum none\n`],
    ["POLICY_NAME", `witness X1 ${vkey("X1")}\nwitness X1 ${vkey("X2")}\nquorum X1\n`],
    ["POLICY_NAME", `witness X1 ${vkey("X1")}\ngroup G all X1 none\nquorum G\n`],
    ["POLICY_NAME", "group G all G\nquorum G\n"],
    ["POLICY_DUPLICATE", `log ${logKey}\nlog ${logKey}\nquorum none\n`],
    ["POLICY_DUPLICATE", `witness X1 ${vkey("X1")}\nwitness X2 ${vkey("X1")}\nquorum X1\n`],
    ["POLICY_DUPLICATE", `witness X1 ${vkey("X1")}\ngroup G any X1 X1\nquorum G\n`],
    ["POLICY_DUPLICATE", `witness X1 ${vkey("X1")}\ngroup G any X1\ngroup H any X1\nquorum H\n`],
    ["POLICY_THRESHOLD", `witness X1 ${vkey("X1")}\ngroup G 0 X1\nquorum G\n`],
    ["POLICY_THRESHOLD", `witness X1 ${vkey("X1")}\ngroup G 2 X1\nquorum G\n`],
    ["POLICY_THRESHOLD", `witness X1 ${vkey("X1")}\ngroup G 01 X1\nquorum G\n`],
    ["VKEY_ALGORITHM", `witness X1 ${logKey}\nquorum X1\n`],
    ["VKEY_FORMAT", "log X1\nquorum none\n"],
  ])("break %s: %j", (code, text) => {
    expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code }));
  });
});
