/// <reference types="node" />
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ed25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastBackupFile, makeBackup, useBackupKey } from "../backup/make.ts";
import { drill, lastDrillFile } from "../backup/restore.ts";
import { exists } from "../files.ts";
import { paths } from "../paths.ts";
import { type Sabotage, startProxy } from "../testing/proxy.ts";
import { type Stack, startStack } from "../up/stack.ts";
import type { CheckName, Target } from "./check.ts";
import { reportPage } from "./html.ts";
import { type ComplianceReport, makeReport, signReport, verifyReport } from "./report.ts";
import { securityRule } from "./rule.ts";
import { checkOnly, comply } from "./run.ts";

let folder: string;
let stack: Stack;
let target: Target;
let sound: ComplianceReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-comply-test-"));
  const dataDir = join(folder, "data");
  stack = await startStack({
    dataDir,
    host: "127.0.0.1",
    port: 0,
    logPort: 0,
    organisation: {},
    web: false,
    progress: () => undefined,
  });
  const { relayUrl, logUrl } = stack;
  const backups = join(folder, "backups");
  await useBackupKey(dataDir, join(folder, "backup.key"));
  const note = await makeBackup({ dataDir, to: backups, nowMs: Date.now() });
  await drill({ backup: note.folder, keyFile: join(folder, "backup.key"), dataDir });
  target = {
    dataDir,
    relayUrl,
    logUrl,
    repository: paths.repository,
    backups,
    markers: [],
    nowMs: Date.now(),
  };
  sound = await comply(target, () => undefined);
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const statusOf = (report: ComplianceReport, id: string) => report.rows.find((row) => row.id === id)?.status;

/** The report of a deployment in which one check was run again. */
async function reportWith(check: CheckName, changed: Partial<Target>): Promise<ComplianceReport> {
  const again = await checkOnly(check, { ...target, ...changed });
  return makeReport({
    ...sound,
    evidence: sound.evidence.map((each) => (each.check === check ? again : each)),
  });
}

describe("the Security Rule", () => {
  const vectors = join(paths.repository, "..", "shared", "vectors", "audit", "hipaa-security-rule.json");
  it("has the rows of Appendix A", async ({ skip }) => {
    if (!(await exists(vectors))) return skip("the shared vectors are not here");
    const { items } = JSON.parse(await readFile(vectors, "utf8")) as { readonly items: readonly unknown[] };
    expect(securityRule.map(({ id, title, kind }) => [id, title, kind])).toEqual(items);
  });
});

describe("a default deployment", () => {
  it("is met where it can be, and says what it lacks", () => {
    const notMet = sound.evidence.filter(({ status }) => status === "not met");
    // Nobody has tried an emergency access yet.
    expect(notMet.map(({ check }) => check)).toEqual(["emergency"]);
    expect(statusOf(sound, "164.312(a)(2)(i)")).toBe("met");
    expect(statusOf(sound, "164.312(a)(2)(ii)")).toBe("not met");
    expect(statusOf(sound, "164.312(a)(2)(iv)")).toBe("met");
    // On this machine without TLS, on evidence for development, without witnesses.
    for (const id of ["164.312(e)(2)(ii)", "164.312(d)", "164.312(b)"])
      expect(statusOf(sound, id)).toBe("partial");
  });

  it("is never called compliant with what only an organisation can do", () => {
    for (const row of securityRule) {
      const { id, by, rest } = row;
      if (by === undefined) expect(statusOf(sound, id)).toBe("organisation's own");
      else if (rest !== undefined) expect(statusOf(sound, id)).not.toBe("met");
    }
  });
});

interface Break {
  readonly name: string;
  readonly check: CheckName;
  readonly row: string;
  readonly target?: () => Promise<Partial<Target>>;
  readonly sabotage?: Sabotage;
  readonly undo?: () => Promise<unknown>;
}

const inData = (name: string) => join(target.dataDir, name);
let kept: string;

async function edit(file: string, change: (text: string) => string): Promise<object> {
  kept = await readFile(file, "utf8");
  await writeFile(file, change(kept));
  return {};
}

function editLeaf(): void {
  const database = new DatabaseSync(inData(join("log", "log.sqlite")));
  // Twice is as before.
  const bytes = database.prepare("SELECT bytes FROM leaf WHERE position = 1").get()?.["bytes"] as Uint8Array;
  bytes.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1);
  database.prepare("UPDATE leaf SET bytes = ? WHERE position = 1").run(bytes);
  database.close();
}

const breaks: readonly Break[] = [
  {
    name: "a key that others can read",
    check: "secrets",
    row: "164.312(a)(2)(iv)",
    target: () => chmod(inData("organisation.key"), 0o644).then(() => ({})),
    undo: () => chmod(inData("organisation.key"), 0o600),
  },
  {
    name: "words in a log file",
    check: "marker",
    row: "164.312(e)(2)(ii)",
    target: async () => {
      await writeFile(inData("debug.log"), Buffer.from("a marigold-kestrel sat").toString("base64"));
      return { markers: ["marigold-kestrel"] };
    },
    undo: () => rm(inData("debug.log")),
  },
  {
    name: "an entry of the log edited",
    check: "audit",
    row: "164.312(b)",
    target: async () => {
      editLeaf();
      return {};
    },
    undo: async () => editLeaf(),
  },
  {
    name: "a backup of last week",
    check: "backup",
    row: "164.308(a)(7)(ii)(A)",
    target: async () => ({ nowMs: Date.now() + 7 * 86_400_000 }),
  },
  {
    name: "a backup that was never made",
    check: "backup",
    row: "164.310(d)(2)(iv)",
    target: () => edit(lastBackupFile(target.dataDir), () => "{}"),
    undo: () => writeFile(lastBackupFile(target.dataDir), kept),
  },
  {
    name: "a restore that nobody tried",
    check: "restore",
    row: "164.308(a)(7)(ii)(D)",
    target: () => rm(lastDrillFile(target.dataDir)).then(() => ({})),
  },
  {
    name: "a directory open to anybody",
    check: "doors",
    row: "164.312(a)(2)(i)",
    sabotage: (asked, answer) => asked.url === "/v1/directory" && Boolean(answer.writeHead(200).end("[]")),
  },
  {
    name: "a header taken away",
    check: "headers",
    row: "164.312(e)(2)(i)",
    sabotage: (_, answer) => {
      answer.setHeader("x-removed", "x-frame-options");
      return false;
    },
  },
  {
    name: "no TLS over a network",
    check: "transport",
    row: "164.312(e)(2)(ii)",
    sabotage: () => false,
  },
  {
    name: "a revocation that does nothing",
    check: "revocation",
    row: "164.308(a)(3)(ii)(C)",
    sabotage: (asked, answer) => asked.method === "DELETE" && Boolean(answer.writeHead(204).end()),
  },
  {
    name: "a package without its digest",
    check: "software",
    row: "164.308(a)(5)(ii)(B)",
    target: async () => {
      const packages = { "node_modules/left": { version: "1.0.0" } };
      await writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages }));
      return { repository: folder };
    },
  },
  {
    name: "a statement about the assistant that the organisation did not sign",
    check: "assistant",
    row: "164.312(d)",
    target: () =>
      edit(inData("organisation.json"), (text) => {
        const about = JSON.parse(text) as { release: string };
        return JSON.stringify({ ...about, release: about.release.replace(/.{8}$/, "AAAAAAAA") });
      }),
    undo: () => writeFile(inData("organisation.json"), kept),
  },
];

describe("a deployment broken on purpose", () => {
  it.each(breaks.map((each) => [each.name, each] as const))(
    "by %s, shows it in its row",
    async (_, each) => {
      const { check, row, sabotage, undo } = each;
      expect(statusOf(sound, row)).not.toBe("not met");
      const proxy = sabotage && (await startProxy(target.relayUrl, sabotage));
      try {
        const changed = (await each.target?.()) ?? {};
        // 0.0.0.0 reaches this machine, and is no loopback address.
        const host = check === "transport" ? "0.0.0.0" : "localhost";
        const through = proxy === undefined ? {} : { relayUrl: `http://${host}:${proxy.port}` };
        const report = await reportWith(check, { ...changed, ...through });
        expect(statusOf(report, row)).toBe("not met");
      } finally {
        await undo?.();
        proxy?.close();
      }
    },
    60_000,
  );
});

describe("the signed report", () => {
  const seed = systemRandom(32);
  const { publicKey } = ed25519KeyPair(seed);
  const signed = () => signReport(sound, { seed, publicKey });

  it("verifies as it is, and for nobody else", () => {
    const text = JSON.stringify(signed(), null, 2);
    expect(verifyReport(text, signed().key).report).toEqual(sound);
    const other = expect.objectContaining({ code: "REPORT_SIGNER" });
    expect(() => verifyReport(text, "A".repeat(43))).toThrowError(other);
    const changed = text.replace('"status": "not met"', '"status": "met"');
    expect(changed).not.toBe(text);
    const broken = expect.objectContaining({ code: "REPORT_SIGNATURE" });
    expect(() => verifyReport(changed)).toThrowError(broken);
    const format = expect.objectContaining({ code: "REPORT_FORMAT" });
    expect(() => verifyReport("{}")).toThrowError(format);
  });

  it("whose rows do not follow from its evidence is refused, whoever signed it", () => {
    const rows = sound.rows.map((row) =>
      row.status === "not met" ? { ...row, status: "met" as const } : row,
    );
    const [first, ...others] = sound.evidence;
    const evidence = first ? [{ ...first, output: ["all is well"] }, ...others] : [];
    const wrong = expect.objectContaining({ code: "REPORT_EVIDENCE" });
    for (const report of [
      { ...sound, rows },
      { ...sound, evidence },
    ]) {
      const text = JSON.stringify(signReport(report, { seed, publicKey }));
      expect(() => verifyReport(text)).toThrowError(wrong);
    }
  });

  it("is one page without script, and escapes what it shows", () => {
    const page = reportPage(
      signReport({ ...sound, organisation: "<script>x</script>" }, { seed, publicKey }),
    );
    expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)|src=/);
    expect(page.match(/<tr>/g)?.length).toBe(1 + securityRule.length + sound.proposed.length);
  });
});
