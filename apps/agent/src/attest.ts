import { encodeManifest, manifestDigest } from "@cloister/attestation";
import { fromHex } from "@cloister/bytes";
import { type Channel, call } from "@cloister/channel";
import type { Attest } from "@cloister/client";
import { enclaveCalls, encodeAttestRequest } from "@cloister/contracts/enclave";
import type { Random } from "@cloister/crypto";
import { KnowledgeIndex } from "@cloister/retrieval";

const bootIdBytesCount = 16;
const maxDocumentBytes = 32_768;
const software = { name: "cloister-agent", version: "0.1.0" } as const;

/** Binds this boot, its identity and its knowledge to what the chip says; each document has a number. */
export function attestWith(input: {
  readonly channel: Channel;
  readonly index: Uint8Array;
  readonly random: Random;
  readonly nowMs: () => number;
}): Attest {
  const bootId = input.random(bootIdBytesCount);
  const bootedAtMs = input.nowMs();
  const knowledgeDigest = fromHex(new KnowledgeIndex(input.index).digest);
  let counter = 0;
  return async ({ nonce, identityKey, agent }) => {
    counter += 1;
    const about = { bootId, bootedAtMs, counter, knowledgeDigest, software };
    const manifest = encodeManifest({ role: "client", agent, identityKey, ...about });
    const document = await call(input.channel, enclaveCalls.attest, {
      request: encodeAttestRequest({ nonce, userData: manifestDigest(manifest) }),
      maxAnswerBytes: maxDocumentBytes,
    });
    return { document, manifest };
  };
}
