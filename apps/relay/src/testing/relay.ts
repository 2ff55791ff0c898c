import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testOrganisation } from "@cloister/testkit/relay-device";
import type { LogLine } from "../log.ts";
import { createRelayServer, type RelayServer, type RelayServerConfig } from "../server.ts";

/** A relay on a folder of its own. */
export interface TestRelay extends RelayServer {
  readonly url: string;
  readonly dir: string;
  readonly lines: readonly LogLine[];
}

/** Starts a relay in this process; `dir` continues an earlier one. */
export async function startTestRelay(
  config: Partial<RelayServerConfig> & { dir?: string } = {},
): Promise<TestRelay> {
  const { dir = await testDir(), ...rest } = config;
  const lines: LogLine[] = [];
  const server = await createRelayServer({
    dataDir: dir,
    organisation: testOrganisation,
    log: (line) => lines.push(line),
    onFatal: (error) => {
      throw error;
    },
    store: { ballastBytes: 0 },
    ...rest,
  });
  return { ...server, dir, lines, url: `http://127.0.0.1:${server.port}` };
}

export function testDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), "cloister-relay-"));
}

export async function removeDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}
