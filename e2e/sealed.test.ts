import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { developmentAnchors } from "@cloister/attestation/development";
import { type CloisterClient, createClient, type Http, type OpenSocket } from "@cloister/client";
import { decodeClientFrame, decodeRelayFrame, type RelayFrame } from "@cloister/contracts/frames";
import { systemRandom } from "@cloister/crypto/random";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openClientStore } from "@cloister/store-sqlite/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findMarker } from "./support/marker.ts";
import { type RunningStack, startStack } from "./support/stack.ts";

const settleMs = 60_000;

/** What passes between one device and the relay. */
class Wire {
  readonly posts: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer }[] = [];
  readonly deliveries: {
    readonly frame: Extract<RelayFrame, { type: "deliver" }>;
    readonly bytes: Buffer;
  }[] = [];
  sendsCount = 0;

  readonly http: Http = (request) => {
    if (request.method === "POST" && request.url.endsWith("/v1/sealed")) {
      this.posts.push({ headers: request.headers, body: Buffer.from(request.body ?? []) });
    }
    return platformHttp(request);
  };

  readonly socket: OpenSocket = (url, handlers) => {
    const socket = platformSocket(url, {
      ...handlers,
      onMessage: (bytes) => {
        const frame = decodeRelayFrame(bytes);
        if (frame.type === "deliver") this.deliveries.push({ frame, bytes: Buffer.from(bytes) });
        handlers.onMessage(bytes);
      },
    });
    return {
      ...socket,
      send: (bytes) => {
        const frame = decodeClientFrame(bytes);
        if (frame.type === "send" && frame.envelopes.length > 0) this.sendsCount += 1;
        socket.send(bytes);
      },
    };
  };
}

interface Person {
  readonly client: CloisterClient;
  readonly account: string;
  readonly wire: Wire;
}

interface Waiting {
  readonly sender: number;
  readonly sealed_at_ms: number | null;
  readonly bytes: Buffer;
}

describe("mail whose sender is sealed", () => {
  let stack: RunningStack;
  let patient: Person;
  let clinician: Person;
  let conversation: string;

  const arrive = async (displayName: string, invitationCode?: string): Promise<Person> => {
    const wire = new Wire();
    const client = await createClient({
      relayUrl: stack.relayUrl,
      store: await openClientStore({
        path: join(stack.dataDir, `${displayName}.sqlite`),
        key: systemRandom(32),
      }),
      http: wire.http,
      socket: wire.socket,
      clock: systemClock,
      random: systemRandom,
      anchors: developmentAnchors,
    });
    const { account } = await client.signUp({
      displayName,
      ...(invitationCode !== undefined && { invitationCode }),
    });
    client.connect();
    await client.settled(settleMs);
    return { client, account, wire };
  };

  const settle = async () => {
    for (let round = 0; round < 3; round += 1) {
      for (const { client } of [patient, clinician]) {
        if (client.connectionState() !== "offline") await client.settled(settleMs);
      }
      await pause(200);
    }
  };

  /** What waits for the clinician, as an intruder reads it from a copy of the relay's file and its journal. */
  const waiting = async (): Promise<readonly Waiting[]> => {
    const copy = await mkdtemp(join(tmpdir(), "cloister-relay-copy-"));
    try {
      for (const file of ["relay.db", "relay.db-wal"]) {
        await copyFile(join(stack.dataDir, "relay", file), join(copy, file));
      }
      const database = new DatabaseSync(join(copy, "relay.db"));
      const rows = database
        .prepare(
          `SELECT envelope.* FROM envelope JOIN device ON device.no = envelope.device
           JOIN account ON account.no = device.account WHERE account.id = ?`,
        )
        .all(clinician.account);
      database.close();
      return rows.map((row) => ({
        sender: Number(row["sender"]),
        sealed_at_ms: row["sealed_at_ms"] as number | null,
        bytes: Buffer.concat(
          Object.values(row).map((value) => Buffer.from(value instanceof Uint8Array ? value : String(value))),
        ),
      }));
    } finally {
      await rm(copy, { recursive: true });
    }
  };

  /** The sender's account as text and as the bytes behind it. */
  const namesPatient = (bytes: Buffer): boolean =>
    findMarker("", bytes, patient.account).length > 0 ||
    bytes.includes(Buffer.from(patient.account, "base64url"));

  beforeAll(async () => {
    stack = await startStack();
    const [, invitationCode = ""] = stack.clinicianInvitation.split("#invite=");
    patient = await arrive("patient");
    clinician = await arrive("clinician", invitationCode);
  });
  afterAll(async () => {
    for (const person of [patient, clinician]) await person?.client.disconnect();
    await stack?.stop();
  });

  it("names its sender in a first message: the search can find it", async () => {
    await clinician.client.disconnect();
    const members = [clinician.account];
    await patient.client.directory();
    ({ id: conversation } = await patient.client.createConversation({ title: "Knee", members }));
    await patient.client.settled(settleMs);
    const rows = await waiting();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ sender, sealed_at_ms: sealed }) => sender > 0 && sealed === null)).toBe(true);
    expect(patient.wire.posts).toEqual([]);
    clinician.client.connect();
    await settle();
    expect(clinician.wire.deliveries.length).toBeGreaterThan(0);
    for (const { frame, bytes } of clinician.wire.deliveries) {
      expect(frame).toMatchObject({ from: { account: patient.account } });
      expect(namesPatient(bytes)).toBe(true);
    }
  });

  it("names it nowhere once both have heard from each other", async () => {
    await clinician.client.sendText({ conversation, body: "Good morning" });
    await settle();
    await patient.client.sendText({ conversation, body: "Good morning" });
    await settle();
    await clinician.client.disconnect();
    const before = { sends: patient.wire.sendsCount, posts: patient.wire.posts.length };
    const seen = clinician.wire.deliveries.length;
    const bodies = ["My knee hurts", "more than yesterday", "and it is warm"];
    for (const body of bodies) await patient.client.sendText({ conversation, body });
    await patient.client.settled(settleMs);

    expect(patient.wire.sendsCount).toBe(before.sends);
    const posts = patient.wire.posts.slice(before.posts);
    expect(posts).toHaveLength(bodies.length);
    for (const { headers, body } of posts) {
      expect(Object.keys(headers).map((name) => name.toLowerCase())).toEqual(["content-type"]);
      expect(namesPatient(body)).toBe(false);
    }
    const rows = await waiting();
    expect(rows).toHaveLength(bodies.length);
    for (const { sender, sealed_at_ms: sealed, bytes } of rows) {
      expect(sender).toBe(0);
      expect(sealed).toBeGreaterThan(0);
      expect(namesPatient(bytes)).toBe(false);
    }
    clinician.client.connect();
    await settle();
    const deliveries = clinician.wire.deliveries.slice(seen);
    expect(deliveries.length).toBeGreaterThanOrEqual(bodies.length);
    for (const { frame, bytes } of deliveries) {
      expect(frame).not.toHaveProperty("from");
      expect(namesPatient(bytes)).toBe(false);
    }
    const texts = (await clinician.client.messages(conversation)).flatMap((one) =>
      one.kind === "text" && one.from === patient.account ? [one.body] : [],
    );
    expect(texts).toEqual(["Good morning", ...bodies]);
  });

  it("is in no log of any process", async () => {
    const log = await readFile(join(stack.dataDir, "cloister.log"));
    expect(log.length).toBeGreaterThan(0);
    expect(namesPatient(log)).toBe(false);
  });
});
