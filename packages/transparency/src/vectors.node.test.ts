/// <reference types="node" />
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fromBase64, isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { conformTransparency } from "./conform.ts";
import { verifySubtreeConsistency, verifySubtreeInclusion } from "./merkle.ts";
import { transparencyRules } from "./rules.ts";

// transparency-dev/merkle's vectors (Apache-2.0), kept beside the project.
const folder = new URL("../../../../shared/vectors/audit/rfc6962-merkle/testdata/", import.meta.url);
const present = existsSync(folder);
if (!present) {
  process.stderr.write("transparency: ../shared/vectors/audit is missing, vector tests are skipped\n");
}

interface Vector {
  readonly file: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly leafHash: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly root1: string;
  readonly root2: string;
  readonly size1: number;
  readonly size2: number;
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

function load(kind: string): Vector[] {
  const files = readdirSync(new URL(`${kind}/`, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const url = new URL(`${kind}/${file.split("/").map(encodeURIComponent).join("/")}`, folder);
      return Object.assign(JSON.parse(readFileSync(url, "utf8")) as Vector, { file });
    });
}

function accepts(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (isBaseError(error) && Object.hasOwn(transparencyRules, error.code)) return false;
    throw error;
  }
}

function conforms(request: object): boolean {
  const answer = conformTransparency(request);
  return "verdict" in answer && answer.verdict === "valid";
}

/** The files whose vectors were judged otherwise than they say. */
function misjudged(kind: string, accepted: (vector: Vector) => boolean): string[] {
  return load(kind)
    .filter((vector) => accepted(vector) === vector.wantErr)
    .map(({ file }) => file);
}

function hashes(vector: Vector): Uint8Array[] {
  return (vector.proof ?? []).map((hash) => fromBase64(hash));
}

describe.skipIf(!present)("published Merkle proof vectors", () => {
  it("are all there", () => {
    const kinds = ["inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"];
    expect(kinds.map((kind) => load(kind).length)).toEqual([98, 98, 204, 118]);
  });

  it("inclusion, through the conformance suite", () => {
    const accepted = ({ leafIdx: index, treeSize: size, ...vector }: Vector) =>
      conforms({ ...vector, op: "inclusion", index, size });
    expect(misjudged("inclusion", accepted)).toEqual([]);
  });

  it("consistency, through the conformance suite", () => {
    const accepted = (vector: Vector) => conforms({ ...vector, op: "consistency" });
    expect(misjudged("consistency", accepted)).toEqual([]);
  });

  it("refuse consistency from size 0 for that reason", () => {
    const fromZero = load("consistency").filter(({ size1 }) => size1 === 0);
    expect(fromZero.length).toBeGreaterThan(0);
    for (const vector of fromZero) {
      expect(conformTransparency({ ...vector, op: "consistency" })).toMatchObject({
        reasons: ["MERKLE_OLD_SIZE_ZERO"],
      });
    }
  });

  it("inclusion in subtrees", () => {
    const accepted = (vector: Vector) =>
      accepts(() => {
        const { leafIdx: index, start, end } = vector;
        const [hash, root] = [fromBase64(vector.leafHash), fromBase64(vector.root)];
        verifySubtreeInclusion({ leafHash: hash, index, start, end, proof: hashes(vector), root });
      });
    expect(misjudged("subtreeinclusion", accepted)).toEqual([]);
  });

  it("consistency of subtrees", () => {
    const accepted = (vector: Vector) =>
      accepts(() => {
        const { start, end, size } = vector;
        const [root1, root2] = [fromBase64(vector.root1), fromBase64(vector.root2)];
        verifySubtreeConsistency({ start, end, size, root1, root2, proof: hashes(vector) });
      });
    expect(misjudged("subtreeconsistency", accepted)).toEqual([]);
  });
});
