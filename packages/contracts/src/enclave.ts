import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { readVersion1 } from "./version.ts";

/*
 * What an enclave and its host say to each other besides the network: calls on the channel. Nothing of it is
 * measured, and nothing of it is trusted: a host that lies here gets an agent whose evidence fails.
 */

/** Names of the calls. */
export const enclaveCalls = {
  /** Asked once: nothing → {@link BootConfig}. */
  config: "boot/config",
  /** Asked once: nothing → the knowledge index. */
  knowledge: "boot/knowledge",
  /** {@link AttestRequest} → a document, where nothing inside can make one. */
  attest: "attest",
  /** A document of the chip inside → the one to show: that one, or another where the chip signs nothing. */
  vouch: "vouch",
  /** The agent can be asked: its account, as text → nothing. */
  ready: "ready",
} as const;

/** Largest knowledge index. */
export const maxKnowledgeBytes = 268_435_456;

/** What an agent has to know to join. */
export interface BootConfig {
  readonly relayUrl: string;
  /** The organisation's invitation for this agent, good for each start. */
  readonly invitation: string;
}

/** What an agent asks its chip, or what stands in for it. */
export interface AttestRequest {
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** At most 512 bytes. */
  readonly userData: Uint8Array;
}

/** Deterministic CBOR, version 1. */
export function encodeBootConfig(config: BootConfig): Uint8Array<ArrayBuffer> {
  return encodeCbor({ v: 1, ...config });
}

/** @throws BaseError family `Decode` */
export function decodeBootConfig(bytes: Uint8Array): BootConfig {
  const map = readMap(decodeCbor(bytes));
  readVersion1(map);
  const config = {
    relayUrl: map.text("relayUrl", { maxBytes: 2048 }),
    invitation: map.text("invitation", { maxBytes: 4096 }),
  };
  map.end();
  return config;
}

/** Deterministic CBOR, version 1. */
export function encodeAttestRequest(request: AttestRequest): Uint8Array<ArrayBuffer> {
  return encodeCbor({ v: 1, ...request });
}

/** @throws BaseError family `Decode` */
export function decodeAttestRequest(bytes: Uint8Array): AttestRequest {
  const map = readMap(decodeCbor(bytes));
  readVersion1(map);
  const request = {
    nonce: map.bytes("nonce", { length: 32 }),
    userData: map.bytes("userData", { maxBytes: 512 }),
  };
  map.end();
  return request;
}
