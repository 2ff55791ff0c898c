import { toBase64Url } from "@cloister/bytes";
import {
  type AccountInfo,
  addDeviceRequest,
  answerBox,
  blobPiece,
  challengeRequest,
  createAccountRequest,
  openSealedRequest,
  putBoxRequest,
  recoverAccountRequest,
  type SenderCertificateJson,
  type SessionResponse,
  sealedRequest,
  sessionRequest,
  setRecoveryRequest,
  takePreKeysRequest,
  uploadPreKeysRequest,
} from "@cloister/contracts/http";
import { addressKey, type DeviceAddress, idToBytes, maxDeviceId } from "@cloister/contracts/ids";
import { hkdfSha256 } from "@cloister/crypto";
import type { SenderIssuer } from "@cloister/protocol/sealed-sender";
import {
  accountInfo,
  addDevice,
  createAccount,
  directory,
  putAnswer,
  putBox,
  type Relay,
  RelayError,
  recoveryInfo,
  type Session,
  setRecovery,
  takeBox,
} from "@cloister/relay-core";
import { signAppendToken } from "@cloister/transparency";
import type { z } from "zod/mini";

const pseudonymBytesCount = 16;
const dayMs = 86_400_000;
/** The largest envelope for each of ten devices is about 875 kB. */
const maxSealedBodyBytes = 917_504;

/** What a handler gets of a request, besides the session. Everything in it is attacker-controlled. */
export interface RouteRequest {
  readonly param: (name: string) => string;
  readonly body: () => Promise<unknown>;
}

type Answer = object | undefined;

interface RouteBase {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Where it is more than for others. */
  readonly maxBodyBytes?: number;
}

/** Anyone may call it: it tells nothing about anyone, or the request proves itself. */
interface PublicRoute extends RouteBase {
  readonly access: "public";
  /** Buckets per address of their own: `costly` makes or verifies signatures in numbers, `sealed` is mail. */
  readonly rate?: "costly" | "sealed";
  readonly handle: (request: RouteRequest) => Promise<Answer>;
}

/** Needs a session, and acts as its device. */
interface SessionRoute extends RouteBase {
  readonly access: "session";
  readonly handle: (request: RouteRequest, session: Session) => Promise<Answer>;
}

export type Route = PublicRoute | SessionRoute;

/** What routes stand on, besides the relay. */
export interface RouteContext {
  readonly relay: Relay;
  /** Signs tokens for the transparency log; Ed25519, 32 bytes. */
  readonly tokenSeed: Uint8Array;
  /** Certifies devices, so that readers of sealed mail know that they are devices here. */
  readonly senderIssuer: SenderIssuer;
}

/** The whole HTTP interface. A handler that returns nothing answers 204. */
export function routes(context: RouteContext): readonly Route[] {
  return [...publicRoutes(context), ...sessionRoutes(context)];
}

function publicRoutes(context: RouteContext): readonly Route[] {
  const { relay } = context;
  return [
    { method: "GET", path: "/healthz", access: "public", handle: async () => ({ status: "ok" }) },
    {
      method: "GET",
      path: "/v1/organisation",
      access: "public",
      handle: async () => relay.accounts.organisation,
    },
    {
      method: "POST",
      path: "/v1/accounts",
      access: "public",
      rate: "costly",
      handle: async ({ body }) => createAccount(relay.accounts, parse(createAccountRequest, await body())),
    },
    {
      method: "POST",
      path: "/v1/accounts/:account/devices",
      access: "public",
      rate: "costly",
      handle: async ({ param, body }) => {
        const request = parse(addDeviceRequest, await body());
        return addDevice(relay.accounts, accountParam(param), request);
      },
    },
    {
      method: "POST",
      path: "/v1/challenges",
      access: "public",
      handle: async ({ body }) => relay.sessions.challenge(parse(challengeRequest, await body())),
    },
    {
      method: "POST",
      path: "/v1/sessions",
      access: "public",
      handle: async ({ body }) => openSession(context, await body()),
    },
    {
      // The new device has no account yet; the slot's id is the secret.
      method: "GET",
      path: "/v1/provisioning/:slot",
      access: "public",
      handle: ({ param }) => takeBox(relay.accounts, param("slot")),
    },
    {
      // Neither has it when it answers.
      method: "PUT",
      path: "/v1/provisioning/:slot/answer",
      access: "public",
      handle: async ({ param, body }) => {
        await putAnswer(relay.accounts, param("slot"), parse(answerBox, await body()));
        return undefined;
      },
    },
    {
      // Whoever writes shows no session: the relay is not to learn who it is.
      method: "POST",
      path: "/v1/sealed",
      access: "public",
      rate: "sealed",
      maxBodyBytes: maxSealedBodyBytes,
      handle: async ({ body }) => {
        await relay.sealedDoor.send(parse(sealedRequest, await body()));
        return undefined;
      },
    },
    ...recoveryRoutes(context),
  ];
}

/** For a person who lost all devices: who knows a blob's id or a recovery key has a right to it. */
function recoveryRoutes({ relay }: RouteContext): readonly PublicRoute[] {
  return [
    {
      method: "GET",
      path: "/v1/blobs/:blob/:number",
      access: "public",
      handle: ({ param }) => relay.blobs.get(param("blob"), numberParam(param)),
    },
    {
      method: "GET",
      path: "/v1/recovery/:key",
      access: "public",
      handle: ({ param }) => recoveryInfo(relay.accounts.store, param("key")),
    },
    {
      method: "POST",
      path: "/v1/accounts/:account/recovery",
      access: "public",
      rate: "costly",
      handle: async ({ param, body }) =>
        relay.recoverAccount(accountParam(param), parse(recoverAccountRequest, await body())),
    },
  ];
}

function sessionRoutes(context: RouteContext): readonly Route[] {
  const { relay } = context;
  const { store } = relay.accounts;
  return [
    {
      method: "DELETE",
      path: "/v1/sessions",
      access: "session",
      handle: async (_, session) => {
        await relay.signOut(session);
        return undefined;
      },
    },
    {
      method: "GET",
      path: "/v1/accounts/:account",
      access: "session",
      handle: ({ param }): Promise<AccountInfo> => accountInfo(store, accountParam(param)),
    },
    {
      method: "PUT",
      path: "/v1/sealed",
      access: "session",
      handle: async ({ body }, { address }) => openSealed(context, address, await body()),
    },
    { method: "GET", path: "/v1/directory", access: "session", handle: () => directory(store) },
    {
      method: "DELETE",
      path: "/v1/devices/:device",
      access: "session",
      handle: async ({ param }, { address }) => {
        await relay.revokeDevice({ account: address.account, device: deviceParam(param) });
        return undefined;
      },
    },
    {
      method: "POST",
      path: "/v1/accounts/:account/prekeys",
      access: "session",
      handle: async ({ param, body }, { address }) =>
        relay.preKeys.take(address, accountParam(param), parse(takePreKeysRequest, await body())),
    },
    {
      method: "GET",
      path: "/v1/prekeys",
      access: "session",
      handle: (_, { address }) => relay.preKeys.count(address),
    },
    {
      method: "PUT",
      path: "/v1/prekeys",
      access: "session",
      handle: async ({ body }, { address }) =>
        relay.preKeys.upload(address, parse(uploadPreKeysRequest, await body())),
    },
    {
      method: "PUT",
      path: "/v1/provisioning/:slot",
      access: "session",
      handle: async ({ param, body }, { address }) => {
        const box = parse(putBoxRequest, await body());
        await putBox(relay.accounts, address, { slot: param("slot"), body: box });
        return undefined;
      },
    },
    {
      method: "PUT",
      path: "/v1/blobs/:blob/:number",
      access: "session",
      handle: async ({ param, body }, { address }) => {
        const piece = parse(blobPiece, await body());
        await relay.blobs.put(address.account, { blob: param("blob"), number: numberParam(param) }, piece);
        return undefined;
      },
    },
    {
      method: "DELETE",
      path: "/v1/blobs/:blob",
      access: "session",
      handle: async ({ param }, { address }) => {
        await relay.blobs.delete(address.account, param("blob"));
        return undefined;
      },
    },
    {
      method: "PUT",
      path: "/v1/recovery",
      access: "session",
      handle: async ({ body }, { address }) => {
        await setRecovery(store, address, parse(setRecoveryRequest, await body()));
        return undefined;
      },
    },
  ];
}

async function openSealed(
  { relay, senderIssuer }: RouteContext,
  address: DeviceAddress,
  body: unknown,
): Promise<SenderCertificateJson> {
  const identityKey = await relay.sealedDoor.open(address, parse(openSealedRequest, body));
  const { clock, limits } = relay.accounts;
  const certificate = senderIssuer.certify({
    account: idToBytes(address.account),
    deviceId: address.device,
    identityKey,
    expiresAtMs: clock.nowMs() + limits.certificateMs,
  });
  return { certificate: toBase64Url(certificate), trustRoot: toBase64Url(senderIssuer.trustRoot) };
}

async function openSession(context: RouteContext, body: unknown): Promise<SessionResponse> {
  const request = parse(sessionRequest, body);
  const { token, expiresAtMs } = await context.relay.sessions.open(request);
  const appendToken = signAppendToken({
    seed: context.tokenSeed,
    subject: pseudonym(context.tokenSeed, request, expiresAtMs),
    expiresAtMs,
  });
  return { token, appendToken, expiresAtMs };
}

/**
 * Whom the log sees: nobody it knows. All sessions of a device that end on one day share it, so the log's limit
 * for one subject bounds the device, however many sessions it opens.
 */
function pseudonym(tokenSeed: Uint8Array, address: DeviceAddress, expiresAtMs: number): Uint8Array {
  return hkdfSha256({
    ikm: tokenSeed,
    salt: new Uint8Array(0),
    info: `Cloister append pseudonym v1 ${addressKey(address)} ${Math.floor(expiresAtMs / dayMs)}`,
    lengthBytes: pseudonymBytesCount,
  });
}

/** Says which field is wrong, never what it held. */
function parse<Schema extends z.core.$ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema["~standard"].validate(body);
  if (result instanceof Promise) throw new RelayError("INTERNAL");
  if (!result.issues) return result.value;
  const path = result.issues[0]?.path?.map(String).join(".") ?? "";
  throw new RelayError("REQUEST_INVALID", {
    message: path === "" ? "the body has not the fields of this route" : `field ${path} is not valid`,
  });
}

function accountParam(param: RouteRequest["param"]): string {
  const account = param("account");
  if (!/^[A-Za-z0-9_-]{22}$/.test(account)) throw new RelayError("ACCOUNT_UNKNOWN");
  return account;
}

function numberParam(param: RouteRequest["param"]): number {
  const text = param("number");
  return /^(0|[1-9]\d{0,3})$/.test(text) ? Number(text) : -1;
}

function deviceParam(param: RouteRequest["param"]): number {
  const text = param("device");
  const device = Number(text);
  if (!/^[1-9]\d{0,2}$/.test(text) || device > maxDeviceId) throw new RelayError("NOT_FOUND");
  return device;
}
