import { maxEnvelopesPerSend, maxFrameBytes } from "@cloister/contracts/frames";
import type { SealedEnvelope } from "./records.ts";

/** A frame without the room for ids and CBOR around the payloads. */
const maxPayloadBytes = maxFrameBytes - 65_536;

/** Deals envelopes out to as few SENDs as hold them; an account's stay together, as the relay demands. */
export function inFrames(envelopes: readonly SealedEnvelope[]): readonly (readonly SealedEnvelope[])[] {
  const frames: SealedEnvelope[][] = [];
  let bytesCount = 0;
  for (const account of new Set(envelopes.map((envelope) => envelope.account))) {
    const own = envelopes.filter((envelope) => envelope.account === account);
    const ownBytes = own.reduce((sum, { payload }) => sum + payload.length, 0);
    const last = frames.at(-1);
    if (last && last.length + own.length <= maxEnvelopesPerSend && bytesCount + ownBytes <= maxPayloadBytes) {
      last.push(...own);
      bytesCount += ownBytes;
    } else {
      frames.push(own);
      bytesCount = ownBytes;
    }
  }
  return frames;
}
