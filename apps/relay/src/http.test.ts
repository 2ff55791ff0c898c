import { setTimeout } from "node:timers/promises";
import { fromBase64Url, toBase64Url, toUtf8 } from "@cloister/bytes";
import { preKeyBundles, sessionResponse } from "@cloister/contracts/http";
import { recoveryProofMessage } from "@cloister/contracts/proofs";
import { ed25519KeyPair, ed25519Sign, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed } from "@cloister/keys-file";
import { senderIssuer, verifySenderCertificate } from "@cloister/protocol/sealed-sender";
import { Relay } from "@cloister/relay-core";
import { testCredential, testOrganisation } from "@cloister/testkit/relay-device";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { verifyAppendToken } from "@cloister/transparency";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Route, routes } from "./routes.ts";
import { tokenKeyFile } from "./server.ts";
import { TestDevice } from "./testing/device.ts";
import { removeDir, startTestRelay, type TestRelay } from "./testing/relay.ts";
import { TestSocket } from "./testing/socket.ts";

/** Everything anyone may call. A new public route has to be written down here too. */
const publicRoutes = [
  "GET /healthz",
  "GET /v1/organisation",
  "POST /v1/accounts",
  "POST /v1/accounts/:account/devices",
  "POST /v1/challenges",
  "POST /v1/sessions",
  "GET /v1/provisioning/:slot",
  "PUT /v1/provisioning/:slot/answer",
  "POST /v1/sealed",
  "GET /v1/blobs/:blob/:number",
  "GET /v1/recovery/:key",
  "POST /v1/accounts/:account/recovery",
];

const table: readonly Route[] = routes({
  relay: await Relay.open({
    store: new MemoryRelayStore(),
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    random: systemRandom,
    organisation: testOrganisation,
  }),
  tokenSeed: new Uint8Array(32),
  senderIssuer: senderIssuer(new Uint8Array(32), systemRandom),
});
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const guarded = table.filter(({ access }) => access === "session");

let relay: TestRelay;
let alice: TestDevice;

beforeAll(async () => {
  relay = await startTestRelay();
  alice = await TestDevice.signUp(relay.url, { oneTimeCount: 3 });
});
afterAll(async () => {
  await relay.close();
  await removeDir(relay.dir);
});

function pathOf(route: Route, account: string): string {
  return route.path
    .replace(":account", account)
    .replace(":device", "1")
    .replace(":slot", "s".repeat(22))
    .replace(":blob", "b".repeat(43))
    .replace(":number", "0");
}

/** A stranger's device that carries some token. */
function bearing(token: string): TestDevice {
  const device = new TestDevice(relay.url);
  device.token = token;
  return device;
}

describe("every route", () => {
  it("is public only where that is written down", () => {
    expect(table.filter(({ access }) => access === "public").map(nameOf)).toEqual(publicRoutes);
    expect(guarded.length).toBeGreaterThan(5);
  });

  it.each(guarded.map((route) => [nameOf(route), route] as const))("%s wants a session", async (_, route) => {
    const path = pathOf(route, alice.address.account);
    const body = route.method === "POST" || route.method === "PUT" ? {} : undefined;
    const answer = async (token: string) => {
      const { status, json } = await bearing(token).request(route.method, path, body);
      return [status, (json as { error: string }).error];
    };
    const revoked = await (await TestDevice.signUp(relay.url)).addDevice();
    expect((await revoked.request("DELETE", `/v1/devices/${revoked.address.device}`)).status).toBe(204);
    const over = await TestDevice.signUp(relay.url);
    expect((await over.request("DELETE", "/v1/sessions")).status).toBe(204);

    expect(await answer("")).toEqual([401, "UNAUTHENTICATED"]);
    expect(await answer(toBase64Url(systemRandom(32)))).toEqual([401, "UNAUTHENTICATED"]);
    expect(await answer("not a token")).toEqual([401, "UNAUTHENTICATED"]);
    expect(await answer(over.token)).toEqual([401, "UNAUTHENTICATED"]);
    expect(await answer(revoked.token)).toEqual([403, "DEVICE_REVOKED"]);
  });
});

describe("sealed mail", () => {
  const accessKey = toBase64Url(systemRandom(16));
  const letter = (bytesCount = 256) => ({
    device: 1,
    id: toBase64Url(systemRandom(16)),
    payload: toBase64Url(systemRandom(bytesCount)),
  });

  it("is let in by a key, and refused alike for a wrong one and for nobody", async () => {
    const accessKeyHash = toBase64Url(sha256(fromBase64Url(accessKey)));
    const opened = await alice.request("PUT", "/v1/sealed", { accessKeyHash });
    const { certificate, trustRoot } = opened.json as { certificate: string; trustRoot: string };
    const verified = verifySenderCertificate(fromBase64Url(certificate), {
      trustRoots: [fromBase64Url(trustRoot)],
      nowMs: Date.now() + 86_000_000,
    });
    expect(verified).toMatchObject({ deviceId: 1, identityKey: alice.identity.publicKey });
    expect(toBase64Url(verified.account)).toBe(alice.address.account);

    const nobody = new TestDevice(relay.url);
    const { account } = alice.address;
    const post = (body: object) => nobody.request("POST", "/v1/sealed", { account, accessKey, ...body });
    expect((await post({ envelopes: [letter(65_536)] })).status).toBe(204);
    const wrong = await post({ accessKey: toBase64Url(systemRandom(16)), envelopes: [letter()] });
    const unknown = await post({ account: toBase64Url(systemRandom(16)), envelopes: [letter()] });
    expect([wrong.status, wrong.json]).toEqual([401, unknown.json]);
    expect(unknown.status).toBe(401);
    expect((await post({ envelopes: [letter(), { ...letter(), device: 2 }] })).json).toMatchObject({
      error: "DEVICES_CHANGED",
    });
    expect((await post({ envelopes: [] })).status).toBe(400);
    expect((await post({ envelopes: [letter()], from: account })).status).toBe(400);
  });

  it("may be as large as envelopes for ten devices, and no larger", async () => {
    const send = (count: number) =>
      new TestDevice(relay.url).request("POST", "/v1/sealed", {
        account: alice.address.account,
        accessKey,
        envelopes: Array.from({ length: count }, (_, at) => ({ ...letter(65_536), device: at + 1 })),
      });
    expect((await send(10)).json).toMatchObject({ error: "DEVICES_CHANGED" });
    expect((await send(11)).status).toBe(413);
  });
});

describe("another account", () => {
  it("cannot add a device to this one", async () => {
    const stranger = await TestDevice.signUp(relay.url);
    const registration = stranger.identity.registration(systemRandom(32));
    const token = toBase64Url(systemRandom(32));
    const path = `/v1/accounts/${alice.address.account}/devices`;
    expect((await stranger.request("POST", path, { registration, token })).status).toBe(403);
    const stolen = { ...registration, identityKey: toBase64Url(alice.identity.publicKey) };
    expect((await stranger.request("POST", path, { registration: stolen, token })).status).toBe(403);
  });

  it("cannot open a session for this one, nor answer its challenge", async () => {
    const stranger = await TestDevice.signUp(relay.url);
    const { json } = await stranger.request("POST", "/v1/challenges", alice.address);
    const { challenge } = json as { challenge: string };
    const forged = { ...stranger.sessionRequest(challenge), ...alice.address };
    expect((await stranger.request("POST", "/v1/sessions", forged)).status).toBe(401);
    const borrowed = stranger.sessionRequest(challenge);
    expect((await stranger.request("POST", "/v1/sessions", borrowed)).status).toBe(401);
  });

  it("can only revoke, count and upload its own", async () => {
    const stranger = await TestDevice.signUp(relay.url);
    const counts = await stranger.request("GET", "/v1/prekeys");
    expect(counts.json).toEqual({ oneTimeCount: 0, kemCount: 0 });
    const key = alice.identity.kemPreKey(5);
    const upload = { oneTimePreKeys: [], kemPreKeys: [key] };
    expect((await stranger.request("PUT", "/v1/prekeys", upload)).status).toBe(400);
    expect((await alice.request("GET", "/v1/prekeys")).json).toEqual({ oneTimeCount: 3, kemCount: 3 });
    expect((await stranger.request("DELETE", "/v1/devices/2")).status).toBe(404);
    expect((await alice.request("GET", "/v1/prekeys")).status).toBe(200);
  });

  it("cannot overwrite or guess a provisioning slot", async () => {
    const slot = `/v1/provisioning/${toBase64Url(systemRandom(16))}`;
    const stranger = await TestDevice.signUp(relay.url);
    expect((await alice.request("PUT", slot, { box: "AAAA" })).status).toBe(204);
    expect((await stranger.request("PUT", slot, { box: "BBBB" })).status).toBe(403);
    expect((await fetch(relay.url + slot, { method: "HEAD" })).status).toBe(404);
    const newDevice = new TestDevice(relay.url);
    expect((await newDevice.request("GET", slot)).json).toEqual({ box: "AAAA" });
    expect((await newDevice.request("GET", slot)).status).toBe(404);
    expect((await newDevice.request("GET", "/v1/provisioning/short")).status).toBe(400);
  });
});

describe("bad requests", () => {
  it.each([
    ["not JSON", "{", "application/json", 400],
    ["another type", "{}", "text/plain", 400],
    ["unknown fields", `{"account":"${"A".repeat(22)}","device":1,"more":1}`, "application/json", 400],
    ["wrong types", '{"account":5,"device":"1"}', "application/json", 400],
    ["too much", JSON.stringify({ account: "A".repeat(400_000) }), "application/json", 413],
  ])("%s: a typed error", async (_, body, type, status) => {
    const response = await fetch(`${relay.url}/v1/challenges`, {
      method: "POST",
      body,
      headers: { "Content-Type": type },
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String), message: expect.any(String) });
  });

  it("never repeat what was sent", async () => {
    const { json } = await alice.request("POST", "/v1/challenges", { account: "MARKER", device: 1 });
    expect(JSON.stringify(json)).not.toContain("MARKER");
  });

  it("get NOT_FOUND where there is no route", async () => {
    for (const path of ["/", "/v1/nothing", "/v1/mailbox", "/v1/../../etc/passwd", "/v1/accounts"]) {
      expect((await alice.request("GET", path)).status).toBe(404);
    }
  });
});

describe("a sign-up", () => {
  it("by credential carries the role, once", async () => {
    const device = new TestDevice(relay.url);
    const identityKey = device.identity.publicKey;
    const credential = testCredential({
      role: "clinician",
      name: "Dr. Test",
      identityKey,
      expiresAtMs: Date.now() + 60_000,
    });
    const register = (from: TestDevice) =>
      from.request("POST", "/v1/accounts", {
        registration: from.identity.registration(from.authSeed),
        credential,
      });
    const created = await register(device);
    expect(created.status).toBe(200);
    expect((await register(device)).json).toEqual(created.json);
    const thief = await register(new TestDevice(relay.url));
    expect([thief.status, thief.json]).toMatchObject([403, { error: "INVITATION_INVALID" }]);
    const { account } = created.json as { account: string };
    const info = await alice.request("GET", `/v1/accounts/${account}`);
    expect(info.json).toMatchObject({ role: "clinician", credential });
    const directory = await alice.request("GET", "/v1/directory");
    expect(directory.json).toEqual({ entries: [{ account, credential }] });
  });

  it("yields a session with a token for the log that names nobody", async () => {
    const device = await TestDevice.signUp(relay.url);
    const other = await device.addDevice();
    const sessions = [await device.openSession(), await device.openSession(), await other.openSession()];
    const { publicKey } = ed25519KeyPair(await loadSeed(tokenKeyFile(relay.dir)));
    const subjects = sessions.map((session) => {
      const { appendToken } = sessionResponse.parse(session);
      return toBase64Url(verifyAppendToken(appendToken, publicKey, Date.now()).subject);
    });
    // The log's limit is per subject: another session of the same day is no way around it.
    expect(subjects[1]).toBe(subjects[0]);
    expect(subjects[2]).not.toBe(subjects[0]);
    expect(subjects).not.toContain(device.address.account);
  });
});

describe("prekeys over HTTP", () => {
  it("come as the contracts say, at most six bundles of a device at once", async () => {
    const bob = await TestDevice.signUp(relay.url, { oneTimeCount: 2 });
    const take = () => alice.request("POST", `/v1/accounts/${bob.address.account}/prekeys`, {});
    const ids = [];
    for (let n = 0; n < 6; n += 1) {
      const { bundles } = preKeyBundles.parse((await take()).json);
      ids.push([bundles[0]?.oneTimePreKey?.id, bundles[0]?.kemPreKey.id]);
    }
    expect(ids).toEqual([[1, 1], [2, 2], ...Array.from({ length: 4 }, () => [undefined, 1000])]);
    const refused = await take();
    expect([refused.status, refused.json]).toMatchObject([429, { error: "RATE_LIMITED" }]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(590);
  });
});

describe("an ended session", () => {
  it("ends its mailbox at once", async () => {
    const phone = await TestDevice.signUp(relay.url);
    const laptop = await phone.addDevice();
    const [revoked, signedOut] = [await TestSocket.open(laptop), await TestSocket.open(phone)];
    await phone.request("DELETE", `/v1/devices/${laptop.address.device}`);
    expect((await revoked.next("goodbye")).code).toBe("DEVICE_REVOKED");
    await phone.request("DELETE", "/v1/sessions");
    expect((await signedOut.next("goodbye")).code).toBe("UNAUTHENTICATED");
    expect(await Promise.all([revoked.closed, signedOut.closed])).toEqual([true, true]);
  });
});

describe("a request that a device began before it was revoked", () => {
  it("is refused when its body comes after", async () => {
    const phone = await TestDevice.signUp(relay.url);
    const stolen = await phone.addDevice();
    const key = toBase64Url(systemRandom(32));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const headers = { Authorization: `Bearer ${stolen.token}`, "Content-Type": "application/json" };
    const request = { method: "PUT", headers, body: readable, duplex: "half" };
    const answer = fetch(`${relay.url}/v1/recovery`, request);
    await writer.write(toUtf8('{"keys":'));
    await setTimeout(200);
    await phone.request("DELETE", `/v1/devices/${stolen.address.device}`);
    await writer.write(toUtf8(`["${key}"]}`));
    await writer.close();
    expect(await (await answer).json()).toMatchObject({ error: "DEVICE_REVOKED" });
    expect((await phone.request("GET", `/v1/recovery/${key}`)).status).toBe(404);
  });
});

describe("a person who lost every device", () => {
  it("finds the backup, and replaces the old device over HTTP", async () => {
    const lost = await TestDevice.signUp(relay.url);
    const line = await TestSocket.open(lost);
    const blob = toBase64Url(systemRandom(32));
    const piece = toBase64Url(systemRandom(65_552));
    const recovery = ed25519KeyPair(systemRandom(32));
    const key = toBase64Url(recovery.publicKey);
    expect((await lost.request("PUT", `/v1/blobs/${blob}/0`, { piece })).status).toBe(204);
    expect((await lost.request("PUT", "/v1/recovery", { keys: [key], backup: blob })).status).toBe(204);

    const fresh = new TestDevice(relay.url, lost.identity);
    const { account } = lost.address;
    expect((await fresh.request("GET", `/v1/recovery/${key}`)).json).toEqual({ account, backup: blob });
    expect((await fresh.request("GET", `/v1/blobs/${blob}/0`)).json).toEqual({ piece });
    expect((await fresh.request("GET", `/v1/blobs/${blob}/1`)).status).toBe(404);
    expect((await fresh.request("GET", `/v1/blobs/${blob}/00`)).status).toBe(404);
    const authKey = ed25519KeyPair(fresh.authSeed).publicKey;
    const recovered = await fresh.request("POST", `/v1/accounts/${account}/recovery`, {
      registration: fresh.identity.registration(fresh.authSeed),
      recoveryKey: key,
      signature: toBase64Url(ed25519Sign(recovery.privateKey, recoveryProofMessage(account, authKey))),
    });
    expect(recovered.json).toEqual({ account, device: 2 });
    expect((await line.next("goodbye")).code).toBe("DEVICE_REVOKED");
    fresh.address = { account, device: 2 };
    await fresh.openSession();
    expect((await fresh.request("DELETE", `/v1/blobs/${blob}`)).status).toBe(204);
    expect((await fresh.request("GET", `/v1/blobs/${blob}/0`)).status).toBe(404);
  });

  it("is not somebody else, who can write into no blob of theirs", async () => {
    const blob = toBase64Url(systemRandom(32));
    expect((await alice.request("PUT", `/v1/blobs/${blob}/0`, { piece: "AAAA" })).status).toBe(204);
    const stranger = await TestDevice.signUp(relay.url);
    expect((await stranger.request("PUT", `/v1/blobs/${blob}/0`, { piece: "BBBB" })).status).toBe(403);
    expect((await stranger.request("DELETE", `/v1/blobs/${blob}`)).status).toBe(204);
    expect((await stranger.request("PUT", "/v1/recovery", { keys: [], backup: blob })).status).toBe(404);
    expect((await stranger.request("GET", `/v1/blobs/${blob}/0`)).json).toEqual({ piece: "AAAA" });
  });
});

describe("an answer to a box", () => {
  it("comes without a session, only where a device waits for it", async () => {
    const [slot, answerSlot] = [toBase64Url(systemRandom(32)), toBase64Url(systemRandom(32))];
    const newDevice = new TestDevice(relay.url);
    const answer = () => newDevice.request("PUT", `/v1/provisioning/${answerSlot}/answer`, { box: "BBBB" });
    expect((await answer()).status).toBe(404);
    await alice.request("PUT", `/v1/provisioning/${slot}`, { box: "AAAA", answerSlot });
    expect((await newDevice.request("GET", `/v1/provisioning/${slot}`)).json).toEqual({ box: "AAAA" });
    expect((await answer()).status).toBe(204);
    expect((await alice.request("GET", `/v1/provisioning/${answerSlot}`)).json).toEqual({ box: "BBBB" });
  });
});
