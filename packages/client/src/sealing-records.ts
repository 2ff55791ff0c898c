import type { AccountId } from "@cloister/contracts/ids";
import { cached } from "./tables.ts";

/** Sealed mail with an account. */
export interface AccessRecord {
  readonly account: AccountId;
  /** Opens its mailbox; it told us, 16 bytes. */
  readonly key?: Uint8Array;
  /** It used ours when it wrote last, so it need not be told. */
  readonly knowsOurs: boolean;
  /** From both identity keys: names the sender of an envelope to the two, and to nobody else. 32 bytes. */
  readonly hintKey: Uint8Array;
}

/** What the relay says about senders. */
export interface CertificateRecord {
  /** This device's own. */
  readonly certificate: Uint8Array;
  /** When it came, by this device's clock. */
  readonly sinceMs: number;
  /** Newest first: what waited meanwhile may rest on an older one. */
  readonly trustRoots: readonly Uint8Array[];
}

/** By account. */
export const accessTable = cached<AccessRecord>("access");
export const certificateTable = cached<CertificateRecord>("certificate");

export const sealingTables = [accessTable, certificateTable];
