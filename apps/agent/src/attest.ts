import { encodeManifest, manifestDigest } from "@cloister/attestation";
import { fromHex } from "@cloister/bytes";
import { type Channel, call } from "@cloister/channel";
import type { Attest } from "@cloister/client";
import { type AttestRequest, enclaveCalls, encodeAttestRequest } from "@cloister/contracts/enclave";
import type { Random } from "@cloister/crypto";
import { KnowledgeIndex } from "@cloister/retrieval";
import { NitroSecurityModule } from "@cloister/tee-nitro/nsm";

const bootIdBytesCount = 16;
const maxDocumentBytes = 32_768;
const software = { name: "cloister-agent", version: "0.1.0" } as const;

/** Makes a document that says which code runs here. */
export type MakeDocument = (request: AttestRequest) => Promise<Uint8Array>;

/**
 * Documents of the security module at a socket, or of the host where there is none. The host sees each before it
 * is shown, and may put another in its place: what that one is worth is for clients to judge.
 */
export function documentsOver(channel: Channel, securityModule: string | undefined): MakeDocument {
  const ask = (name: string, request: Uint8Array) =>
    call(channel, name, { request, maxAnswerBytes: maxDocumentBytes });
  if (securityModule === undefined)
    return (request) => ask(enclaveCalls.attest, encodeAttestRequest(request));
  const chip = new NitroSecurityModule(securityModule);
  return async (request) => ask(enclaveCalls.vouch, await chip.attest(request));
}

/** Binds this boot, its identity and its knowledge to what the chip says; each document has a number. */
export function attestWith(input: {
  readonly document: MakeDocument;
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
    return { document: await input.document({ nonce, userData: manifestDigest(manifest) }), manifest };
  };
}
