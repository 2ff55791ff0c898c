import { spawnSync } from "node:child_process";
import process from "node:process";

/**
 * What keeps the program apart. `bubblewrap`: namespaces of its own without a network, a read-only root that
 * holds the program and Node, a seccomp filter. `permissions`: a process of its own under Node's permission
 * model, which keeps files, processes and add-ons from it; the network it does not.
 */
export type Isolation = "bubblewrap" | "permissions";

/** Where Debian's package and most others have it; never what a caller's PATH says. */
export const bubblewrap = "/usr/bin/bwrap";

const probeTimeoutMs = 5000;

/** The strongest that works here, without root. */
export function findIsolation(): Isolation {
  if (process.platform !== "linux") return "permissions";
  const probed = [...namespaces, "--ro-bind", "/", "/", "--proc", "/proc", "/bin/true"];
  const probe = spawnSync(bubblewrap, probed, { stdio: "ignore", timeout: probeTimeoutMs });
  return probe.status === 0 ? "bubblewrap" : "permissions";
}

/** No network, no other process, no way to more rights; it ends with its parent. */
export const namespaces = [
  "--unshare-user",
  "--disable-userns",
  "--unshare-pid",
  "--unshare-net",
  "--unshare-ipc",
  "--unshare-uts",
  "--unshare-cgroup-try",
  "--cap-drop",
  "ALL",
  "--die-with-parent",
  "--new-session",
] as const;
