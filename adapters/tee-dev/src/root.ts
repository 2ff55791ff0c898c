import { link, readFile, rm, writeFile } from "node:fs/promises";
import { type Issuer, issueCertificate } from "@cloister/attestation/development";
import { BaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import type { Random } from "@cloister/crypto";

const rootName = "Cloister development root";
const yearsMs = 10 * 365 * 86_400_000;
const backdatedMs = 86_400_000;

/** This machine's development root: read from the file, or made and kept there (mode 0600). @throws BaseError `DEVELOPMENT_ROOT` */
export async function loadDevelopmentRoot(
  file: string,
  { random, nowMs }: { readonly random: Random; readonly nowMs: number },
): Promise<Issuer> {
  const known = await readFile(file).catch(() => undefined);
  if (known) return parse(known);
  const { certificate, keyPair } = issueCertificate(
    { name: rootName, notBeforeMs: nowMs - backdatedMs, notAfterMs: nowMs + yearsMs, role: "ca" },
    random,
  );
  const made = encodeCbor({ v: 1, certificate, ...keyPair });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, made, { mode: 0o600, flag: "w" });
  // Of two that make one at once, the first wins.
  await link(draft, file).catch(() => undefined);
  await rm(draft);
  return parse(await readFile(file));
}

function parse(bytes: Uint8Array): Issuer {
  try {
    const fields = readMap(decodeCbor(bytes));
    if (fields.uint("v") !== 1) throw new RangeError("version");
    const certificate = fields.bytes("certificate", { maxBytes: 1024 });
    const keyPair = {
      publicKey: fields.bytes("publicKey", { maxBytes: 97 }),
      privateKey: fields.bytes("privateKey", { length: 48 }),
    };
    fields.end();
    return { certificate, keyPair, name: rootName };
  } catch (cause) {
    throw new BaseError("Decode", "DEVELOPMENT_ROOT", "the development root is damaged; delete it", {
      cause,
    });
  }
}
