import { fromBase64Url, toBase64Url } from "@cloister/bytes";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519Sign } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { senderIssuer } from "@cloister/protocol/sealed-sender";
import { Buckets, type Clock, Relay } from "@cloister/relay-core";
import { TestIdentity, testCredential, testOrganisation } from "@cloister/testkit/relay-device";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import { createHttp } from "../../../apps/relay/src/http.ts";
import { routes } from "../../../apps/relay/src/routes.ts";
import {
  bearing,
  type Caller,
  fill,
  type Opening,
  type RouteName,
  type Service,
  withJson,
} from "./matrix.ts";

const minuteMs = 60_000;
const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const plenty = { burstCount: 10_000, everyMs: 1 };
const signedIn = ["other patient", "not on the care team"] as const;

const directory: Opening = {
  to: signedIn,
  why: "who signed in may look up whom to write to: role, keys and device numbers, never a message",
};
const own: Opening = {
  to: signedIn,
  why: "acts on the caller's own device or account and takes no other's name",
};

/** Everything the relay lets somebody do without a right to the first patient's things. */
const open: Readonly<Record<string, Opening>> = {
  "GET /healthz": { why: "says that it runs" },
  "GET /v1/organisation": { why: "what a person should know before signing up" },
  "POST /v1/accounts": { why: "sign-up, by invitation where the organisation says so" },
  "POST /v1/accounts/:account/devices": {
    why: "the identity key signs, and a token of an older device lets in",
  },
  "POST /v1/challenges": { why: "32 random bytes to sign" },
  "POST /v1/sessions": { why: "the signed challenge is the credential" },
  "GET /v1/provisioning/:slot": { why: "the slot's random id is the secret" },
  "PUT /v1/provisioning/:slot/answer": { why: "the same secret; the slot waits for one answer" },
  "POST /v1/sealed": { why: "the recipient's access key lets in; who writes is not shown" },
  "GET /v1/blobs/:blob/:number": { why: "256 random bits name a sealed piece" },
  "GET /v1/recovery/:key": { why: "only who knows the recovery code has its key" },
  "POST /v1/accounts/:account/recovery": { why: "the recovery key signs" },
  "GET /*": { why: "the web app's files" },
  "GET /v1/accounts/:account": directory,
  "GET /v1/directory": directory,
  "POST /v1/accounts/:account/prekeys": directory,
  "DELETE /v1/sessions": own,
  "PUT /v1/sealed": own,
  "DELETE /v1/devices/:device": own,
  "GET /v1/prekeys": own,
  "PUT /v1/prekeys": own,
  "PUT /v1/recovery": own,
  "DELETE /v1/blobs/:blob": own,
};

const bodies: Readonly<Record<string, unknown>> = {
  "/v1/provisioning/:slot": { box: "AAAA" },
  "/v1/blobs/:blob/:number": { piece: "AAAA" },
};

interface Person extends DeviceAddress {
  readonly token: string;
}

/** The relay with somebody in it whose things all others try to reach. */
export interface RelayService extends Service {
  /** Whether the first patient's session, device, piece and box outlived everything. */
  firstPatientIsWell(): Promise<boolean>;
}

export async function relayService(): Promise<RelayService> {
  const [here, elsewhere] = await Promise.all([openHouse(), openHouse()]);
  const first = await here.signUp();
  const values = {
    account: first.account,
    device: String(first.device),
    slot: toBase64Url(systemRandom(32)),
    blob: toBase64Url(systemRandom(32)),
    key: toBase64Url(systemRandom(32)),
    number: "0",
  };
  const as = (token: string, method: string, path: string) =>
    here.send(fill(path, values), bearing(token, withJson(method, bodies[path] ?? {})));
  await as(first.token, "PUT", "/v1/blobs/:blob/:number");
  await as(first.token, "PUT", "/v1/provisioning/:slot");

  const tokenOf = async (caller: Caller): Promise<string> => {
    if (caller === "nobody") return "";
    const house = caller === "other tenant" ? elsewhere : here;
    const person = await house.signUp(caller === "not on the care team" ? "clinician" : undefined);
    if (caller === "revoked") await house.send("/v1/devices/1", bearing(person.token, { method: "DELETE" }));
    return person.token;
  };
  return {
    name: "relay",
    app: here.app,
    open,
    send: ({ path, init }) => here.send(path, init),
    attempts: async (caller: Caller, { method, pattern }: RouteName) => {
      // Reading a box takes it away; let each have a slot of nobody's.
      const path =
        method === "GET" && pattern === "/v1/provisioning/:slot"
          ? fill(pattern, { slot: toBase64Url(systemRandom(32)) })
          : fill(pattern, values);
      return [{ path, init: bearing(await tokenOf(caller), withJson(method, bodies[pattern] ?? {})) }];
    },
    firstPatientIsWell: async () => {
      const answers = [
        await as(first.token, "GET", "/v1/prekeys"),
        await as("", "GET", "/v1/blobs/:blob/:number"),
        await as("", "GET", "/v1/provisioning/:slot"),
      ];
      return answers.every(({ status }) => status === 200);
    },
  };
}

async function openHouse() {
  const relay = await Relay.open({
    store: new MemoryRelayStore(),
    clock,
    random: systemRandom,
    organisation: testOrganisation,
  });
  const issuer = senderIssuer(systemRandom(32), systemRandom);
  const app = createHttp({
    relay,
    door: { hosts: { listensOn: "127.0.0.1", publicHosts: [] }, trustedProxy: false },
    routes: routes({ relay, tokenSeed: systemRandom(32), senderIssuer: issuer }),
    log: () => undefined,
    publicRate: new Buckets(plenty, clock),
    costlyRate: new Buckets(plenty, clock),
    sealedRate: new Buckets(plenty, clock),
    web: (context) => context.text("the web app"),
  });
  const incoming = {
    headers: { host: "localhost:8420" },
    socket: { localPort: 8420, remoteAddress: "127.0.0.1" },
  };
  const send = async (path: string, init: RequestInit): Promise<Response> =>
    app.request(path, init, { incoming, outgoing: {} });
  const post = async (path: string, body: unknown) =>
    (await (await send(path, withJson("POST", body))).json()) as never;

  const signUp = async (role?: "clinician"): Promise<Person> => {
    const identity = new TestIdentity();
    const authSeed = systemRandom(32);
    const { publicKey: identityKey } = identity;
    const expiresAtMs = Date.now() + minuteMs;
    const credential = role && testCredential({ role, identityKey, name: "Dr. Example", expiresAtMs });
    const registration = identity.registration(authSeed);
    const address: DeviceAddress = await post("/v1/accounts", {
      registration,
      ...(credential !== undefined && { credential }),
    });
    const { challenge }: { challenge: string } = await post("/v1/challenges", address);
    const message = sessionProofMessage(address, fromBase64Url(challenge));
    const signature = toBase64Url(ed25519Sign(authSeed, message));
    const { token }: { token: string } = await post("/v1/sessions", { ...address, challenge, signature });
    return { ...address, token };
  };
  return { app, send, signUp };
}
