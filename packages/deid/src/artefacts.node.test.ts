/// <reference types="node" />
import { createHash } from "node:crypto";
import { fromBase64 } from "@cloister/bytes";
import { expect, it } from "vitest";
import { lexiconDigest, lexiconTable } from "./lexicon/table.ts";
import { rowWeights, transitionWeights, weightsDigest } from "./tagger/weights.ts";

it("has the word lists and weights that their digests name", () => {
  const sha256 = (...parts: (Uint8Array | string)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");
  expect(sha256(fromBase64(lexiconTable))).toBe(lexiconDigest);
  expect(sha256(fromBase64(rowWeights.join("")), transitionWeights.join(","))).toBe(weightsDigest);
});
