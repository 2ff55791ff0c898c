import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { type Release, signRelease, verifyRelease } from "@cloister/attestation";
import { BaseError, equalBytes, fromBase64Url, fromHex, toBase64Url } from "@cloister/bytes";
import { writeAtomically } from "@cloister/keys-file";
import { z } from "zod/mini";
import { readImage } from "../enclave/show.ts";
import { exists } from "../files.ts";
import { organisationKeys } from "../organisation.ts";
import { paths } from "../paths.ts";

const run = promisify(execFile);
const version = "0.1.0";
const maxOutputBytes = 65_536;

/** What the enclave's host says about what it built. */
const built = z.strictObject({
  isolation: z.enum(["bubblewrap", "permissions"]),
  measurements: z.array(z.string().check(z.regex(/^[0-9a-f]{96}$/))).check(z.length(3)),
  knowledgeDigest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  root: z.string(),
});

/** Where the parts of the assistant's enclave are. */
export function enclaveFiles(dataDir: string) {
  const folder = join(dataDir, "enclave");
  return { folder, program: join(folder, "agent.mjs"), root: join(folder, "development.root") };
}

/**
 * Builds the assistant's bundle, and has the organisation sign what will be measured of it. The statement is the
 * one before when nothing changed, else the next.
 * @returns the signed release in base64url
 */
export async function buildEnclave({
  dataDir,
  indexFile,
  image,
}: {
  readonly dataDir: string;
  readonly indexFile: string;
  /** An image that holds the assistant; without one its bundle is measured. */
  readonly image: string | undefined;
}): Promise<string> {
  const { folder, program, root } = enclaveFiles(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const args = ["build", "--out", program, "--root", root, "--index", indexFile];
  const { stdout } = await run(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", paths.enclaveMain, ...args],
    { maxBuffer: maxOutputBytes },
  ).catch((cause: unknown) => {
    throw new BaseError("Internal", "ENCLAVE_BUILD_FAILED", "the assistant could not be bundled", { cause });
  });
  const { measurements, knowledgeDigest, root: certificate } = built.parse(JSON.parse(stdout));
  const referenceValue =
    image === undefined
      ? new Map(measurements.map((measurement, pcr) => [pcr, fromHex(measurement)]))
      : (await readImage(image)).measurement;
  return signedRelease(dataDir, {
    builds: [
      {
        version,
        referenceValue,
        knowledgeDigest: fromHex(knowledgeDigest),
      },
    ],
    root: fromBase64Url(certificate),
  });
}

async function signedRelease(
  dataDir: string,
  content: Pick<Release, "builds"> & { readonly root: Uint8Array },
): Promise<string> {
  const file = join(enclaveFiles(dataDir).folder, "release");
  const { seed, publicKey } = await organisationKeys(dataDir);
  const before = (await exists(file)) ? await readFile(file) : undefined;
  const known = before && verifyRelease(before, publicKey);
  if (before && known && isSame(known, content)) return toBase64Url(before);
  const sequence = (known?.sequence ?? 0) + 1;
  const signed = signRelease({ ...content, sequence, issuedAtMs: Date.now() }, seed);
  await writeAtomically(file, signed);
  return toBase64Url(signed);
}

function isSame(
  known: Release,
  { builds, root }: Pick<Release, "builds"> & { readonly root: Uint8Array },
): boolean {
  const [now] = builds;
  const [then] = known.builds;
  if (!now || !then || !equalBytes(known.root ?? new Uint8Array(), root)) return false;
  const isSamePcr = ([pcr, value]: readonly [number, Uint8Array]) =>
    equalBytes(then.referenceValue.get(pcr) ?? new Uint8Array(), value);
  return equalBytes(now.knowledgeDigest, then.knowledgeDigest) && [...now.referenceValue].every(isSamePcr);
}
