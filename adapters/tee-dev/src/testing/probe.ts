// Runs inside a sandbox and says over its one socket what it can reach.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";

function attempt(what: () => unknown): unknown {
  try {
    return what() ?? "done";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

function dial(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => resolve("connected"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}

const input = JSON.parse(Buffer.from("PROBE_INPUT", "base64").toString()) as { file: string; port: number };
const found = {
  network: await dial(input.port),
  interfaces: attempt(() =>
    [...readFileSync("/proc/net/dev", "utf8").matchAll(/(\w+):/g)].map(([, name]) => name),
  ),
  hostFile: attempt(() => readFileSync(input.file, "utf8")),
  passwords: attempt(() => readFileSync("/etc/passwd", "utf8").slice(0, 4)),
  write: attempt(() => writeFileSync("/app/new", "x")),
  root: attempt(() => readdirSync("/")),
  processes: attempt(() => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).length),
  shell: attempt(() => {
    const { error } = spawnSync("/bin/sh", ["-c", "true"]);
    if (error) throw error;
  }),
  environment: Object.keys(process.env).filter((name) => name !== "PWD"),
};
const out = connect(process.argv[2] ?? "", () => out.end(JSON.stringify(found)));
