import { type Release, signRelease } from "@cloister/attestation";
import { BaseError, fromUtf8, isBaseError, toBase64Url, toUtf8 } from "@cloister/bytes";
import type { HttpRequest, HttpResponse } from "@cloister/client";
import { formatInvitationCode, issueInvitation } from "@cloister/contracts/credential";
import { wireErrors } from "@cloister/contracts/errors";
import {
  addDeviceRequest,
  answerBox,
  blobPiece,
  challengeRequest,
  createAccountRequest,
  type OrganisationInfo,
  openSealedRequest,
  putBoxRequest,
  recoverAccountRequest,
  sealedRequest,
  sessionRequest,
  setRecoveryRequest,
  takePreKeysRequest,
  uploadPreKeysRequest,
} from "@cloister/contracts/http";
import { type DeviceAddress, idToBytes, type Role } from "@cloister/contracts/ids";
import { ed25519KeyPair, ed25519Sign, type Random } from "@cloister/crypto";
import { type SenderIssuer, senderIssuer } from "@cloister/protocol/sealed-sender";
import {
  accountInfo,
  addDevice,
  type Connection,
  createAccount,
  directory,
  putAnswer,
  putBox,
  Relay,
  type RelayStore,
  recoveryInfo,
  setRecovery,
  type Transport,
  takeBox,
  toRelayError,
} from "@cloister/relay-core";
import {
  loggedLeafToJson,
  proofToJson,
  signAppendToken,
  TransparencyLog,
  verifyAppendToken,
} from "@cloister/transparency";
import { z } from "zod/mini";
import { MemoryLogStore } from "./log-store.ts";
import type { TestClock } from "./test-clock.ts";
import type { TestServer } from "./test-network.ts";

const relayUrl = "https://relay.test";
const logUrl = "https://log.test";
const yearMs = 31_536_000_000;

/** The real rules of relay and log behind a test's network. */
export class TestOrganisation implements TestServer {
  readonly relayUrl = relayUrl;
  /** What the relay says about the organisation. */
  info: OrganisationInfo;
  relay: Relay;
  log: TransparencyLog;
  /** Requests by method and route, for tests that count them. */
  readonly requests: string[] = [];
  /** Signs checkpoints; a test that has it can show what a lying log would. */
  readonly logSeed: Uint8Array;
  /** The log cannot be reached. */
  logIsDown = false;
  /** Certifies senders of sealed mail. */
  senderIssuer: SenderIssuer;
  readonly #clock: TestClock;
  readonly #random: Random;
  readonly #organisationSeed: Uint8Array;
  readonly #tokenSeed: Uint8Array;

  static async create(input: {
    readonly clock: TestClock;
    readonly random: Random;
    readonly store: RelayStore;
  }): Promise<TestOrganisation> {
    const { clock, random, store } = input;
    const seeds = { organisation: random(32), token: random(32), log: random(32) };
    const log = new TransparencyLog({ store: new MemoryLogStore(), origin: "log.test", seed: seeds.log });
    const info: OrganisationInfo = {
      name: "Test clinic",
      organisationKey: toBase64Url(ed25519KeyPair(seeds.organisation).publicKey),
      signUp: "open",
      region: "DE",
      log: { url: logUrl, vkey: log.vkey },
    };
    const relay = await Relay.open({ store, clock, random, organisation: info });
    return new TestOrganisation({ clock, random, relay, log, info, seeds });
  }

  private constructor(input: {
    readonly clock: TestClock;
    readonly random: Random;
    readonly relay: Relay;
    readonly log: TransparencyLog;
    readonly info: OrganisationInfo;
    readonly seeds: {
      readonly organisation: Uint8Array;
      readonly token: Uint8Array;
      readonly log: Uint8Array;
    };
  }) {
    this.#clock = input.clock;
    this.#random = input.random;
    this.relay = input.relay;
    this.log = input.log;
    this.info = input.info;
    this.#organisationSeed = input.seeds.organisation;
    this.#tokenSeed = input.seeds.token;
    this.logSeed = input.seeds.log;
    this.senderIssuer = senderIssuer(input.seeds.token, input.random);
  }

  /** An invitation code that the organisation made. */
  invite(role: Role, name: string): string {
    const redeemSeed = this.#random(32);
    const code = issueInvitation({
      invitation: {
        id: this.#random(16),
        role,
        name,
        redeemKey: ed25519KeyPair(redeemSeed).publicKey,
        expiresAtMs: this.#clock.nowMs() + yearMs,
      },
      redeemSeed,
      organisationSeed: this.#organisationSeed,
      sign: ed25519Sign,
    });
    return formatInvitationCode(code);
  }

  /** Says which code the assistant runs, signed. */
  release(release: Release): void {
    this.info = { ...this.info, release: toBase64Url(signRelease(release, this.#organisationSeed)) };
  }

  connect(transport: Transport): Connection {
    return this.relay.connect(transport);
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    try {
      if (request.url.startsWith(logUrl)) return await this.#handleLog(request);
      return json(200, (await this.#handleRelay(request)) ?? undefined);
    } catch (error) {
      if (request.url.startsWith(logUrl) && isBaseError(error)) {
        const status = error.code.startsWith("TOKEN") ? 401 : error.family === "Unavailable" ? 503 : 400;
        return json(status, { error: error.code, message: error.message });
      }
      const { code, message } = toRelayError(error);
      return json(wireErrors[code], { error: code, message });
    }
  }

  async #handleRelay(request: HttpRequest): Promise<object | undefined> {
    const { relay } = this;
    const [, , resource = "", first = "", second = ""] = new Path(request.url).parts;
    const isPiece = resource === "blobs" && second !== "";
    const route = `${request.method} ${resource}${second === "" ? "" : `/${isPiece ? ":number" : second}`}`;
    this.requests.push(route);
    const body: unknown = request.body ? JSON.parse(fromUtf8(request.body)) : undefined;
    switch (route) {
      case "GET organisation":
        return this.info;
      case "POST accounts":
        return createAccount(relay.accounts, z.parse(createAccountRequest, body));
      case "POST accounts/devices":
        return addDevice(relay.accounts, first, z.parse(addDeviceRequest, body));
      case "POST challenges":
        return relay.sessions.challenge(z.parse(challengeRequest, body));
      case "POST sessions":
        return this.#openSession(body);
      case "GET provisioning":
        return takeBox(relay.accounts, first);
      case "PUT provisioning/answer":
        await putAnswer(relay.accounts, first, z.parse(answerBox, body));
        return undefined;
      case "GET blobs/:number":
        return relay.blobs.get(first, Number(second));
      case "GET recovery":
        return recoveryInfo(relay.accounts.store, first);
      case "POST sealed":
        await relay.sealedDoor.send(z.parse(sealedRequest, body));
        return undefined;
      case "POST accounts/recovery":
        return relay.recoverAccount(first, z.parse(recoverAccountRequest, body));
      default:
        return this.#handleAsDevice(route, { first, second }, body, request);
    }
  }

  async #handleAsDevice(
    route: string,
    { first, second }: { readonly first: string; readonly second: string },
    body: unknown,
    request: HttpRequest,
  ): Promise<object | undefined> {
    const { relay } = this;
    const { store } = relay.accounts;
    const session = await relay.sessions.verify(bearer(request));
    const { address } = session;
    switch (route) {
      case "GET accounts":
        return accountInfo(store, first);
      case "GET directory":
        return directory(store);
      case "PUT sealed":
        return this.#openSealed(address, body);
      case "DELETE devices":
        await relay.revokeDevice({ account: address.account, device: Number(first) });
        return undefined;
      case "POST accounts/prekeys":
        return relay.preKeys.take(address, first, z.parse(takePreKeysRequest, body));
      case "GET prekeys":
        return relay.preKeys.count(address);
      case "PUT prekeys":
        return relay.preKeys.upload(address, z.parse(uploadPreKeysRequest, body));
      case "PUT provisioning":
        await putBox(relay.accounts, address, { slot: first, body: z.parse(putBoxRequest, body) });
        return undefined;
      case "PUT recovery":
        await setRecovery(store, address, z.parse(setRecoveryRequest, body));
        return undefined;
      case "PUT blobs/:number": {
        const place = { blob: first, number: Number(second) };
        await relay.blobs.put(address.account, place, z.parse(blobPiece, body));
        return undefined;
      }
      case "DELETE blobs":
        await relay.blobs.delete(address.account, first);
        return undefined;
      default:
        throw new Error(`there is no route ${route}`);
    }
  }

  async #openSealed(address: DeviceAddress, body: unknown): Promise<object> {
    const identityKey = await this.relay.sealedDoor.open(address, z.parse(openSealedRequest, body));
    const certificate = this.senderIssuer.certify({
      account: idToBytes(address.account),
      deviceId: address.device,
      identityKey,
      expiresAtMs: this.#clock.nowMs() + this.relay.accounts.limits.certificateMs,
    });
    return {
      certificate: toBase64Url(certificate),
      trustRoot: toBase64Url(this.senderIssuer.trustRoot),
    };
  }

  async #openSession(body: unknown): Promise<object> {
    const { token, expiresAtMs } = await this.relay.sessions.open(z.parse(sessionRequest, body));
    const subject = this.#random(16);
    return {
      token,
      expiresAtMs,
      appendToken: signAppendToken({ seed: this.#tokenSeed, subject, expiresAtMs }),
    };
  }

  async #handleLog(request: HttpRequest): Promise<HttpResponse> {
    if (this.logIsDown) throw new BaseError("Unavailable", "UNAVAILABLE", "the log is down");
    const { parts, query } = new Path(request.url);
    this.requests.push(`${request.method} log/${parts[2] ?? ""}`);
    switch (parts.slice(2).join("/")) {
      case "leaves": {
        const { publicKey } = ed25519KeyPair(this.#tokenSeed);
        verifyAppendToken(bearer(request) ?? "", publicKey, this.#clock.nowMs());
        const logged = await this.log.append(request.body ?? new Uint8Array());
        return json(201, loggedLeafToJson(logged));
      }
      case "checkpoint":
        return { status: 200, body: toUtf8(await this.log.checkpoint()) };
      case "proof/consistency": {
        const proof = await this.log.proveConsistency(Number(query["from"]), Number(query["to"]));
        return json(200, proofToJson(proof));
      }
      default:
        return json(404, { error: "NOT_FOUND", message: "no such address" });
    }
  }
}

/** A URL's path and query; the ES library types have no URL. */
class Path {
  readonly parts: readonly string[];
  readonly query: Readonly<Record<string, string>>;

  constructor(url: string) {
    const [path = "", query = ""] = url.replace(/^https:\/\/[^/]+/, "").split("?");
    this.parts = path.split("/");
    this.query = Object.fromEntries(query.split("&").map((pair) => pair.split("=") as [string, string]));
  }
}

function bearer({ headers }: HttpRequest): string | undefined {
  return headers["Authorization"]?.replace(/^Bearer /, "");
}

function json(status: number, value: object | undefined): HttpResponse {
  return value ? { status, body: toUtf8(JSON.stringify(value)) } : { status: 204, body: new Uint8Array() };
}
