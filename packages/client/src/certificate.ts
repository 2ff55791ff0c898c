import { equalBytes, fromBase64Url, toBase64Url } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { accessKeyOf } from "./access.ts";
import type { Core } from "./core.ts";
import { only } from "./records.ts";
import { type CertificateRecord, certificateTable } from "./sealing-records.ts";

const hourMs = 3_600_000;
/** It holds for a day by the relay's clock; this device's may go wrong meanwhile. */
const renewedAfterMs = 12 * hourMs;
const usedForMs = 20 * hourMs;
/** Anybody can show a certificate of a stranger's making; not every one is worth a question. */
const leastAgeMs = 60_000;
const maxTrustRootsCount = 3;

/** This device's sender certificate, unless it may be too old. */
export function currentCertificate(core: Core): Uint8Array | undefined {
  const known = core.database.find(certificateTable, only);
  return known && isYounger(core, known, usedForMs) ? known.certificate : undefined;
}

/** Keys of which one must vouch for a sender. */
export function trustRootsOf({ database }: Core): readonly Uint8Array[] {
  return database.find(certificateTable, only)?.trustRoots ?? [];
}

/** Fetches a certificate in good time before there is none. @throws BaseError family `Unavailable` */
export async function keepCertificate(core: Core): Promise<void> {
  const known = core.database.find(certificateTable, only);
  if (!known || !isYounger(core, known, renewedAfterMs)) await renew(core);
}

/** Somebody rests on a key that is not known here: whether it is worth looking again. @throws BaseError family `Unavailable` */
export async function learnTrustRoot(core: Core): Promise<boolean> {
  const known = core.database.find(certificateTable, only);
  if (known && isYounger(core, known, leastAgeMs)) return false;
  await renew(core);
  return true;
}

/** Lets contacts send sealed mail, and learns what the relay says about senders. */
async function renew(core: Core): Promise<void> {
  const accessKeyHash = toBase64Url(sha256(accessKeyOf(core)));
  const answer = await core.relay.openSealed({ accessKeyHash });
  const trustRoot = fromBase64Url(answer.trustRoot);
  const certificate = fromBase64Url(answer.certificate);
  await core.database.change(async (transaction) => {
    const { trustRoots = [] } = (await transaction.get(certificateTable, only)) ?? {};
    const others = trustRoots.filter((known) => !equalBytes(known, trustRoot));
    transaction.put(certificateTable, only, {
      certificate,
      sinceMs: core.clock.nowMs(),
      trustRoots: [trustRoot, ...others].slice(0, maxTrustRootsCount),
    });
  });
}

function isYounger({ clock }: Core, { sinceMs }: CertificateRecord, ageMs: number): boolean {
  const passedMs = clock.nowMs() - sinceMs;
  return passedMs >= 0 && passedMs < ageMs;
}
