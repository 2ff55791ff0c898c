/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { fromBase64, fromHex, isBaseError, readUint32 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { parseCosignatureKey } from "./cosignature.ts";
import { formatVerifierKey, noteTypes, parseNote } from "./note.ts";
import type { WitnessStore } from "./ports.ts";
import { addSignatureLines, parseAddCheckpoint, Witness } from "./witness.ts";

// What sigsum-witness 0.14.1 (BSD-2-Clause) answered to a log, recorded and kept beside the project.
const file = new URL("../../../../shared/vectors/audit/witness/sigsum-witness-0.14.1.json", import.meta.url);
const present = existsSync(file);
if (!present) {
  process.stderr.write(
    "transparency: ../shared/vectors/audit is missing, the witness transcript is skipped\n",
  );
}

interface Step {
  readonly name: string;
  readonly request: string;
  readonly status: number;
  readonly response: string;
}

interface Transcript {
  readonly origin: string;
  readonly logPublicKeyHex: string;
  readonly witnessPublicKeyOpenSSH: string;
  readonly steps: readonly Step[];
}

const statuses = new Map<string, number>([
  ["WITNESS_REQUEST", 400],
  ["WITNESS_SIGNATURE", 403],
  ["WITNESS_ORIGIN", 404],
  ["WITNESS_INCONSISTENT", 422],
]);

function memoryStore(): WitnessStore {
  let note: string | undefined;
  return {
    latest: () => note,
    replace: ({ after }) => {
      note = after;
      return true;
    },
    close: () => undefined,
  };
}

function statusOf(witness: Witness, request: string): { status: number; body?: string } {
  try {
    const answer = witness.addCheckpoint(request);
    return answer.status === "cosigned" ? { status: 200 } : { status: 409, body: `${answer.size}\n` };
  } catch (error) {
    if (!isBaseError(error)) throw error;
    return { status: statuses.get(error.code) ?? 0 };
  }
}

describe.skipIf(!present)("the recorded witness", () => {
  const transcript = present
    ? (JSON.parse(readFileSync(file, "utf8")) as Transcript)
    : { origin: "", logPublicKeyHex: "", witnessPublicKeyOpenSSH: "", steps: [] };

  it("and ours answer alike, step by step", () => {
    const logs = [formatVerifierKey(transcript.origin, fromHex(transcript.logPublicKeyHex))];
    const witness = new Witness({ logs, cosigners: [], store: memoryStore() });
    expect(transcript.steps).toHaveLength(16);
    for (const { name, request, status, response } of transcript.steps) {
      // The specification asks for 422 when a proof does not verify, and one that is missing does not.
      const expected = name === "missing proof" ? 422 : status;
      const ours = statusOf(witness, request);
      expect([name, ours.status]).toEqual([name, expected]);
      if (status === 409) expect(ours.body).toBe(response);
    }
  });

  it("gave cosignatures that verify", () => {
    const blob = fromBase64(transcript.witnessPublicKeyOpenSSH.split(" ")[1] ?? "");
    const publicKey = blob.slice(blob.length - 32);
    expect(readUint32(blob.subarray(blob.length - 36))).toBe(32);
    const cosigned = transcript.steps.filter(({ status }) => status === 200);
    expect(cosigned.length).toBeGreaterThan(3);
    for (const { request, response } of cosigned) {
      const note = addSignatureLines(parseAddCheckpoint(request).checkpoint, response);
      const { unverifiedText, signatures } = parseNote(note);
      const line = signatures.at(-1);
      const key = parseCosignatureKey(
        formatVerifierKey(line?.name ?? "", publicKey, noteTypes.ed25519Cosignature),
      );
      expect(key.keyHash).toBe(line?.keyHash);
      expect(key.verify(unverifiedText, line?.signature ?? publicKey)).toBeGreaterThan(0);
    }
  });
});
