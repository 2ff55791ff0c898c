/// <reference types="node" />
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createServer } from "node:tls";
import { promisify } from "node:util";
import { encodeLeaf, leafHash } from "@cloister/transparency";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogFolder, leafNumber, origin } from "../testing/log-folder.ts";
import { type ExportFormat, exportEntries, exportFormats } from "./export.ts";
import { sendSyslog } from "./syslog.ts";

const actor = new Uint8Array(16).fill(0xaa);
const conversation = new Uint8Array(16).fill(0xbb);
const receiptDigest = new Uint8Array(32).fill(0xcc);
const at = "2026-11-24T16Z";
const answered = encodeLeaf(
  { type: "ai.answered", at, actor, conversation, receiptDigest, abstained: false },
  new Uint8Array(32).fill(1),
);
const ended = encodeLeaf({ type: "session.revoked", at, actor }, new Uint8Array(32).fill(2));
const started = encodeLeaf(
  { type: "agent.started", at, identityDigest: new Uint8Array(32).fill(0xdd) },
  new Uint8Array(32).fill(3),
);

let folder: LogFolder;
beforeAll(async () => {
  folder = await LogFolder.make([answered, ended, started, leafNumber(9)]);
});
afterAll(() => folder.remove());

async function exported(format: ExportFormat, from = 0): Promise<string[]> {
  const { source, vkey } = await folder.locate();
  try {
    const records: string[] = [];
    for await (const record of exportEntries({ source, vkey, format, from })) records.push(record);
    return records;
  } finally {
    await source.close();
  }
}

async function objects(format: ExportFormat): Promise<unknown[]> {
  return (await exported(format)).map((line) => JSON.parse(line) as unknown);
}

describe("audit export", () => {
  it.each(exportFormats)("%s has a record for each entry, and begins where it is told", async (format) => {
    const all = await exported(format);
    expect(all).toHaveLength(4);
    expect(await exported(format, 3)).toEqual(all.slice(3));
    expect(await exported(format, 4)).toEqual([]);
    // Salts stay in the log: with one, a record's hash could be confirmed by whoever guesses its fields.
    expect(all.join("")).not.toContain("01".repeat(32));
    expect(all.join("")).toContain("aa".repeat(16));
  });

  it("as FHIR AuditEvent", async () => {
    const [first, , third] = await objects("fhir");
    expect(first).toMatchObject({
      resourceType: "AuditEvent",
      id: Buffer.from(leafHash(answered)).toString("hex"),
      type: { system: "http://dicom.nema.org/resources/ontology/DCM", code: "110100" },
      subtype: [{ system: "urn:cloister:audit-event", code: "ai.answered" }],
      action: "C",
      recorded: "2026-11-24T16:00:00Z",
      outcome: "0",
      agent: [{ requestor: true, who: { identifier: { value: "aa".repeat(16) } } }],
      source: { site: origin },
      entity: [
        {
          what: { identifier: { value: `${origin}#0` } },
          detail: [
            { type: "leafHash" },
            { type: "receiptDigest", valueString: "cc".repeat(32) },
            { type: "abstained", valueString: "false" },
          ],
        },
        { what: { identifier: { value: "bb".repeat(16) } } },
      ],
    });
    expect(third).toMatchObject({ agent: [{ who: { display: "not recorded" } }] });
    expect((third as { entity: unknown[] }).entity).toHaveLength(1);
  });

  it("as OCSF", async () => {
    const [first, second] = await objects("ocsf");
    expect(first).toMatchObject({
      class_uid: 6003,
      category_uid: 6,
      activity_id: 1,
      type_uid: 600_301,
      time: Date.UTC(2026, 10, 24, 16),
      actor: { user: { uid: "aa".repeat(16) } },
      api: { operation: "ai.answered" },
      metadata: { version: "1.8.0", log_name: origin, sequence: 0 },
      unmapped: { conversation: "bb".repeat(16), abstained: "false" },
    });
    expect(second).toMatchObject({ class_uid: 3002, activity_id: 2, type_uid: 300_202, category_uid: 3 });
  });

  it("as OpenTelemetry log records", async () => {
    const [first] = await objects("otel");
    expect(first).toMatchObject({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [{ timeUnixNano: `${Date.UTC(2026, 10, 24, 16)}000000`, eventName: "ai.answered" }],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(first)).toContain('{"key":"cloister.abstained","value":{"stringValue":"false"}}');
  });

  it("as ATNA messages in frames that say their length", async () => {
    const [first = ""] = await exported("atna");
    const [, length, message = ""] = /^([0-9]+) ([^]*)$/.exec(first) ?? [];
    expect(Buffer.byteLength(message)).toBe(Number(length));
    expect(message).toMatch(
      /^<85>1 2026-11-24T16:00:00Z - cloister-log - DICOM\+RFC3881 - \uFEFF<\?xml version="1.0" encoding="UTF-8"\?><AuditMessage><EventIdentification EventActionCode="C" /,
    );
    expect(message).toContain(`<ActiveParticipant UserID="${"aa".repeat(16)}" UserIsRequestor="true"/>`);
    expect(message).toContain(`AuditSourceID="${origin}"`);
    // Well-formed: every element that opens closes, in order.
    const open: string[] = [];
    for (const [, close, name = "", empty] of message.matchAll(/<(\/?)([A-Za-z]+)[^<>]*?(\/?)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe("syslog over TLS", () => {
  let dir: string;
  let hasOpenssl = true;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "cloister-syslog-"));
    const files = ["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")];
    const subject = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await promisify(execFile)("openssl", [...args, ...files, ...subject]).catch(() => {
      hasOpenssl = false;
      process.stderr.write("audit export: openssl is missing, syslog over TLS is not tested\n");
    });
  });
  afterAll(() => rm(dir, { recursive: true }));

  it("delivers the frames to whom the certificate names, and to nobody else", async (context) => {
    if (!hasOpenssl) return context.skip();
    const [key, cert] = [await readFile(join(dir, "key.pem")), await readFile(join(dir, "cert.pem"))];
    let received = "";
    const server = createServer({ key, cert }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString();
      });
    });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const to = { host: "localhost", port: (server.address() as AddressInfo).port };
    const frames = await exported("atna");
    async function* each() {
      yield* frames;
    }
    try {
      expect(await sendSyslog(each(), { ...to, caFile: join(dir, "cert.pem") })).toBe(4);
      expect(received).toBe(frames.join(""));
      await expect(sendSyslog(each(), to)).rejects.toMatchObject({ code: "SYSLOG_FAILED" });
      expect(received).toBe(frames.join(""));
    } finally {
      server.close();
    }
  });
});
