import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { toBase64Url, toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { paths } from "../paths.ts";

const relaySeed = new Uint8Array(32).fill(3);

/** A log as `up` would run it, with the files of an organisation around it; gives back how to end it. */
export async function startLog(folder: string): Promise<() => Promise<void>> {
  await mkdir(join(folder, "relay"));
  await writeFile(join(folder, "relay/relay-token.key"), toHex(relaySeed), { mode: 0o600 });
  const readerToken = join(folder, "log-reader.token");
  await writeFile(readerToken, "r".repeat(43), { mode: 0o600 });
  const tokenKey = toHex(ed25519KeyPair(relaySeed).publicKey);
  const options = {
    data: join(folder, "log"),
    origin: "clinic.example/log",
    "token-key": tokenKey,
    port: "0",
  };
  const args = Object.entries({ ...options, "reader-token": readerToken }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", paths.logMain, ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { listening, vkey } = JSON.parse(line) as { listening: number; vkey: string };
  const organisation = {
    name: "Clinic",
    organisationKey: toBase64Url(new Uint8Array(32)),
    signUp: "open",
    region: "US",
    log: { url: `http://127.0.0.1:${listening}`, vkey },
  };
  await writeFile(join(folder, "organisation.json"), JSON.stringify(organisation));
  return async () => {
    const gone = once(child, "exit");
    child.kill();
    await gone;
  };
}
