import { BaseError } from "@cloister/bytes";
import { publishLedger } from "@cloister/privacy/ledger";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { decodeLeaf, verifyCheckpoint, verifyLog } from "@cloister/transparency";
import { locateLog } from "../audit/locate.ts";
import { leafOfNow, openOrganisationLog } from "../organisation-log.ts";

/**
 * Brings the organisation's log up to its ledger, of which it has one.
 * @returns how many leaves were added
 * @throws BaseError `LEDGER_FORGOTTEN`, `LOG_UNREACHABLE`, and those of an audit
 */
export async function publishTo(dataDir: string, ledgerFile: string): Promise<number> {
  const ledger = openLedger(ledgerFile);
  try {
    const log = await openOrganisationLog(dataDir);
    return await publishLedger(ledger.entries(), {
      digests: () => loggedDigests(dataDir),
      append: (ledgerDigest) =>
        log.append(leafOfNow("budget.changed", { ledgerDigest: Uint8Array.from(ledgerDigest) })),
    });
  } finally {
    ledger.close();
  }
}

/** What the log has, once all of it was held against its checkpoint. */
async function loggedDigests(dataDir: string): Promise<readonly Uint8Array[]> {
  const { source, vkey } = await locateLog({ dataDir });
  try {
    const checkpoint = await source.checkpoint();
    const { size } = verifyCheckpoint(checkpoint, [vkey]);
    const digests: Uint8Array[] = [];
    const verdict = await verifyLog({
      leaves: collected(source.leaves(size), digests),
      checkpoint,
      vkeys: [vkey],
    });
    if (verdict.verified) return digests;
    const message = `the log does not verify (${verdict.reason}); run \`cloister audit verify\``;
    throw new BaseError("Verification", verdict.reason, message);
  } finally {
    await source.close();
  }
}

async function* collected(
  leaves: AsyncIterable<Uint8Array>,
  digests: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  for await (const leaf of leaves) {
    yield leaf;
    // After the verifier took it: what is no leaf has ended this already.
    const { event } = decodeLeaf(leaf);
    if (event.type === "budget.changed") digests.push(event.ledgerDigest);
  }
}
