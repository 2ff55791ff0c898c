import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Dialect } from "./peers.ts";

/** A version of Signal's library to be held against, and what is spoken with it. */
export interface Oracle extends Dialect {
  /** As `--peer` names it. */
  readonly name: string;
  /** In `libsignal/package.json`; the newest one has its own name. */
  readonly packageName?: string;
  /** Whether it has the post-quantum ratchet. */
  readonly spqr: boolean;
}

/** From the newest one down; the oldest in both versions of sessions that it speaks. */
export const oracles: readonly Oracle[] = [
  { name: "0.103", minimum: "spqr", classic: false, spqr: true },
  { name: "0.90", packageName: "libsignal-client-0.90", minimum: "pqxdh", classic: false, spqr: true },
  { name: "0.72", packageName: "libsignal-client-0.72", minimum: "pqxdh", classic: false, spqr: false },
  { name: "0.72-v3", packageName: "libsignal-client-0.72", minimum: "v3", classic: true, spqr: false },
];

const folder = fileURLToPath(new URL("libsignal/", import.meta.url));

/** Whether all of them are installed. */
export function oraclesInstalled(): boolean {
  const names = oracles.map(({ packageName = "@signalapp/libsignal-client" }) => packageName);
  return names.every((name) => existsSync(`${folder}node_modules/${name}/package.json`));
}

/** Installs what is missing from the registry, in a folder outside the workspace. Says whether all are there now. */
export async function installOracles(): Promise<boolean> {
  if (oraclesInstalled()) return true;
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", folder];
  const shell = process.platform === "win32";
  const npm = spawn("npm", args, { stdio: "ignore", timeout: 300_000, shell });
  await once(npm, "close").catch(() => undefined);
  return oraclesInstalled();
}
