import { join } from "node:path";
import { BaseError, isBaseError, toBase64Url } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, readSecret } from "@cloister/keys-file";
import {
  type AuditEvent,
  encodeLeaf,
  hourOf,
  leafHash,
  loggedLeafFromJson,
  proofFromJson,
  saltBytesCount,
  signAppendToken,
  verifyCheckpoint,
  verifyInclusion,
} from "@cloister/transparency";
import { readOrganisation } from "./organisation.ts";

const timeoutMs = 15_000;
const tokenMs = 300_000;
const subjectBytesCount = 16;

/** The organisation's running log. What it says is believed only with a proof under its key. */
export interface OrganisationLog {
  /** @throws BaseError `LOG_UNREACHABLE`, `LOG_REFUSED`, and codes of `@cloister/transparency` */
  append(leaf: Uint8Array): Promise<void>;
  /** At which place the log holds a leaf now; undefined when it does not. @throws as `append` */
  positionOf(leaf: Uint8Array): Promise<number | undefined>;
}

/** A leaf of this hour. `fields` are those of its kind, beside type and time. */
export function leafOfNow<Type extends AuditEvent["type"]>(
  type: Type,
  fields: Omit<Extract<AuditEvent, { readonly type: Type }>, "type" | "at">,
): Uint8Array {
  const event = { type, at: hourOf(Date.now()), ...fields } as unknown as AuditEvent;
  return encodeLeaf(event, systemRandom(saltBytesCount));
}

/**
 * The log of an organisation on this machine; the relay's token key gives the right to append.
 * @throws BaseError `ORGANISATION_MISSING`
 */
export async function openOrganisationLog(dataDir: string): Promise<OrganisationLog> {
  const organisation = await readOrganisation(dataDir);
  if (organisation === undefined) {
    const message = `no organisation in ${dataDir}; run \`cloister up\` first, or say --data`;
    throw new BaseError("Usage", "ORGANISATION_MISSING", message);
  }
  const { url, vkey } = organisation.log;
  const base = url.replace(/\/+$/, "");
  return {
    append: async (leaf) => {
      const token = await appendToken(join(dataDir, "relay", "relay-token.key"));
      const answer = await request(`${base}/v1/leaves`, {
        method: "POST",
        headers: { "Content-Type": "application/cbor", Authorization: `Bearer ${token}` },
        body: Buffer.from(leaf),
      });
      const { index, proof, checkpoint } = loggedLeafFromJson(await answer.json());
      const { size, root } = verifyCheckpoint(checkpoint, [vkey]);
      verifyInclusion({ leafHash: leafHash(leaf), index, size, proof, root });
    },
    positionOf: async (leaf) => {
      const head = await request(`${base}/v1/checkpoint`);
      const { size, root } = verifyCheckpoint(await head.text(), [vkey]);
      const hash = leafHash(leaf);
      try {
        const answer = await request(`${base}/v1/proof/inclusion?hash=${toBase64Url(hash)}&size=${size}`);
        const json = (await answer.json()) as { readonly index?: unknown };
        const index = typeof json.index === "number" ? json.index : -1;
        verifyInclusion({ leafHash: hash, index, size, proof: proofFromJson(json), root });
        return index;
      } catch (error) {
        if (isBaseError(error, "LOG_UNKNOWN")) return undefined;
        throw error;
      }
    },
  };
}

async function appendToken(keyFile: string): Promise<string> {
  await readSecret(keyFile);
  const seed = await loadSeed(keyFile);
  return signAppendToken({
    seed,
    subject: systemRandom(subjectBytesCount),
    expiresAtMs: Date.now() + tokenMs,
  });
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: unknown) => {
      throw new BaseError(
        "Unavailable",
        "LOG_UNREACHABLE",
        `no log answers at ${new URL(url).origin}; start it`,
        { cause },
      );
    },
  );
  if (answer.ok) return answer;
  if (answer.status === 404) throw new BaseError("Usage", "LOG_UNKNOWN", "the log does not hold this entry");
  throw new BaseError("Unavailable", "LOG_REFUSED", `the log answered ${answer.status}; try again`);
}
