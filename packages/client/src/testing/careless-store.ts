import { MemoryRelayStore } from "@cloister/testkit/relay-store";

/** A relay that can lose or exchange the blobs it keeps. */
export class CarelessStore extends MemoryRelayStore {
  loses = (_blob: string, _number: number) => false;
  swap: ((piece: Uint8Array) => Uint8Array) | undefined;
  readonly blobs = new Set<string>();

  override async putPiece(input: Parameters<MemoryRelayStore["putPiece"]>[0]) {
    this.blobs.add(input.blob);
    return super.putPiece(input);
  }

  override async deleteBlob(account: string, blob: string) {
    this.blobs.delete(blob);
    return super.deleteBlob(account, blob);
  }

  override async piece(blob: string, number: number) {
    if (this.loses(blob, number)) return undefined;
    const piece = await super.piece(blob, number);
    return piece && this.swap ? this.swap(piece) : piece;
  }
}
