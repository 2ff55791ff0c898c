import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { toBase64Url } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { openLogStore } from "@cloister/store-sqlite/log";
import { encodeLeaf, formatVerifierKey, TransparencyLog } from "@cloister/transparency";
import { formatSignatures, parseNote, signText } from "@cloister/transparency/note";
import { addSignatureLines, cosigner, type Policy, parsePolicy } from "@cloister/transparency/witnessing";
import { locateLog } from "../locate.ts";
import { type AuditResult, audit } from "../verify.ts";

export const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(7);
const vkey = formatVerifierKey(origin, ed25519KeyPair(seed).publicKey);
const witness = cosigner({
  name: "witness.example/w1",
  seed: new Uint8Array(32).fill(9),
  algorithm: "ed25519",
  clock: () => Date.UTC(2026, 10, 24, 16, 30),
});

/** A leaf of its own for each number. */
export function leafNumber(number: number, salt = number): Uint8Array<ArrayBuffer> {
  const kind = number % 2 === 0 ? "human" : "ai";
  return encodeLeaf({ type: "message.sent", at: "2026-11-24T16Z", kind }, new Uint8Array(32).fill(salt));
}

/** An organisation's data folder with a log at rest, as `cloister up` leaves it. */
export class LogFolder {
  readonly dataDir: string;
  readonly #logDir: string;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.#logDir = join(dataDir, "log");
  }

  static async make(leaves: readonly Uint8Array[]): Promise<LogFolder> {
    const folder = new LogFolder(await mkdtemp(join(tmpdir(), "cloister-audit-")));
    await folder.append(leaves);
    const organisation = {
      name: "Clinic",
      organisationKey: toBase64Url(new Uint8Array(32)),
      signUp: "open",
      region: "US",
      log: { url: "http://127.0.0.1:9", vkey },
    };
    await writeFile(join(folder.dataDir, "organisation.json"), JSON.stringify(organisation));
    return folder;
  }

  async append(leaves: readonly Uint8Array[]): Promise<void> {
    await this.#withLog(async (log) => {
      await Promise.all(leaves.map((leaf) => log.append(leaf)));
    });
  }

  /** What the operator can do, who has the log's key: another history from the beginning. */
  async rewrite(leaves: readonly Uint8Array[]): Promise<void> {
    for (const name of ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm"]) {
      await rm(join(this.#logDir, name), { force: true });
    }
    await this.append(leaves);
  }

  /** What somebody can do who has the disk and not the key. */
  change(sql: string): void {
    const database = new DatabaseSync(join(this.#logDir, "log.sqlite"));
    database.exec(sql);
    database.close();
  }

  /** The log's present head. */
  checkpoint(): Promise<string> {
    return this.#withLog((log) => log.checkpoint());
  }

  /** The witness cosigns the present head, and the log keeps that. */
  async cosign(): Promise<void> {
    const note = await this.checkpoint();
    const lines = formatSignatures(signText(parseNote(note).unverifiedText, [witness]));
    await writeFile(join(this.#logDir, "witnessed.checkpoint"), addSignatureLines(note, lines));
  }

  /** The log, and the witness that has to have cosigned it. */
  policy(): Policy {
    return parsePolicy(`log ${vkey}\nwitness w ${witness.vkey}\nquorum w\n`);
  }

  /** `audit verify`. With `keptName` the last verified checkpoint counts and is kept under that name. */
  async audit(options: { readonly policy?: Policy; readonly keptName?: string } = {}): Promise<AuditResult> {
    const { policy, keptName = "none" } = options;
    const { source } = await this.locate();
    try {
      const keptFile = join(this.dataDir, "audit", keptName);
      return await audit({ source, vkey, keptFile, ...(policy === undefined ? {} : { policy }) });
    } finally {
      await source.close();
    }
  }

  locate(): ReturnType<typeof locateLog> {
    return locateLog({ dataDir: this.dataDir });
  }

  async remove(): Promise<void> {
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #withLog<T>(act: (log: TransparencyLog) => Promise<T>): Promise<T> {
    await mkdir(this.#logDir, { recursive: true });
    const store = await openLogStore(join(this.#logDir, "log.sqlite"));
    try {
      return await act(new TransparencyLog({ store, origin, seed }));
    } finally {
      await store.close();
    }
  }
}
