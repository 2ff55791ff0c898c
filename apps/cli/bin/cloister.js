#!/usr/bin/env node
// Starts the real command on the Node that the lockfile pins, whatever Node started this file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

function pinnedNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  if (process.platform === "win32") names.push(`node-win-${process.arch}`);
  for (const name of names) {
    try {
      const folder = dirname(require.resolve(`${name}/package.json`));
      const file = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
      if (existsSync(file)) return file;
    } catch {
      // Not the package of this platform.
    }
  }
  return undefined;
}

const node =
  pinnedNode() ?? (Number.parseInt(process.versions.node, 10) >= 24 ? process.execPath : undefined);
if (node === undefined) {
  process.stderr.write(
    "cloister: needs Node 24; run `npm ci` in the repository, or install Node 24 for this platform\n",
  );
  process.exit(69);
}
const main = join(dirname(fileURLToPath(import.meta.url)), "..", "src", "main.ts");
const child = spawn(node, ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128 + 15)));
