import { readProto } from "@cloister/codec";
import { parseSpqrField } from "../packages/protocol/src/spqr/message.ts";

/**
 * The ML-KEM exchange that a message's sender takes part in, from 1, as it stands in the open. Once both
 * sides show n + 1, exchange n is complete on both.
 */
export function epochOf({ type, message }: { readonly type: number; readonly message: string }): number {
  const bytes = Buffer.from(message, "base64");
  if (type === 2) return epochIn(bytes);
  return epochIn(readProto(bytes.subarray(1), { message: [4, "bytes"] }).message ?? bytes);
}

function epochIn(message: Uint8Array): number {
  const { field } = readProto(message.subarray(1, -8), { field: [5, "bytes"] });
  const read = parseSpqrField(field);
  return read.kind === "version-1" ? Number(read.message.epoch) : 0;
}
