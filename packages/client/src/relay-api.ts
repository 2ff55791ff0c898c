import { BaseError, fromBase64Url, isBaseError, toBase64Url } from "@cloister/bytes";
import {
  type AddDeviceRequest,
  accountInfo,
  blobPiece,
  type CreateAccountRequest,
  challengeResponse,
  deviceCreated,
  directory,
  type OpenSealedRequest,
  organisationInfo,
  type PutBoxRequest,
  preKeyBundles,
  preKeyCounts,
  provisioningBox,
  type RecoverAccountRequest,
  recoveryInfo,
  type SealedRequest,
  type SessionResponse,
  type SetRecoveryRequest,
  senderCertificate,
  sessionResponse,
  type UploadPreKeysRequest,
} from "@cloister/contracts/http";
import type { AccountId, DeviceAddress, DeviceId } from "@cloister/contracts/ids";
import { sessionProofMessage } from "@cloister/contracts/proofs";
import { ed25519Sign } from "@cloister/crypto";
import type { z } from "zod/mini";
import { callJson, type JsonCall, noAnswer } from "./http.ts";
import type { Http } from "./ports.ts";

/** Who opens sessions: the device and the seed that answers challenges. */
export interface Credentials {
  readonly address: DeviceAddress;
  readonly authSeed: Uint8Array;
}

type Call<S extends z.core.$ZodType> = Omit<JsonCall<S>, "url" | "token"> & { readonly path: string };

/** The relay's HTTP interface, and the session that most of it needs. */
export class RelayApi {
  readonly #http: Http;
  readonly #url: string;
  readonly #credentials: () => Credentials | undefined;
  #session: Promise<SessionResponse> | undefined;
  /** Of the session that was opened last. */
  #token: string | undefined;

  constructor(input: {
    readonly http: Http;
    readonly relayUrl: string;
    readonly credentials: () => Credentials | undefined;
  }) {
    this.#http = input.http;
    this.#url = input.relayUrl.replace(/\/+$/, "");
    this.#credentials = input.credentials;
  }

  /** Where mailbox connections go. */
  get mailboxUrl(): string {
    return `${this.#url.replace(/^http/, "ws")}/v1/mailbox`;
  }

  organisation() {
    return this.#public({ method: "GET", path: "/v1/organisation", answer: organisationInfo });
  }

  createAccount(body: CreateAccountRequest) {
    return this.#public({ method: "POST", path: "/v1/accounts", body, answer: deviceCreated });
  }

  addDevice(account: AccountId, body: AddDeviceRequest) {
    return this.#public({
      method: "POST",
      path: `/v1/accounts/${account}/devices`,
      body,
      answer: deviceCreated,
    });
  }

  /** Undefined while the slot is empty. Reading empties it. */
  takeBox(slot: string): Promise<Uint8Array | undefined> {
    return unlessMissing(async () => {
      const path = `/v1/provisioning/${slot}`;
      return fromBase64Url((await this.#public({ method: "GET", path, answer: provisioningBox })).box);
    });
  }

  /** Leaves a box: one that waits for an answer in another slot, or one that lets in who shows the token. */
  putBox(slot: string, box: Uint8Array, more: Pick<PutBoxRequest, "answerSlot" | "tokenHash">) {
    const body = { box: toBase64Url(box), ...more };
    return this.#asDevice({ method: "PUT", path: `/v1/provisioning/${slot}`, body, answer: noAnswer });
  }

  answerBox(slot: string, box: Uint8Array) {
    const path = `/v1/provisioning/${slot}/answer`;
    return this.#public({ method: "PUT", path, body: { box: toBase64Url(box) }, answer: noAnswer });
  }

  putPiece(blob: string, number: number, piece: Uint8Array) {
    const body = { piece: toBase64Url(piece) };
    return this.#asDevice({ method: "PUT", path: `/v1/blobs/${blob}/${number}`, body, answer: noAnswer });
  }

  /** Undefined when the blob has no such piece. */
  piece(blob: string, number: number): Promise<Uint8Array | undefined> {
    return unlessMissing(async () => {
      const path = `/v1/blobs/${blob}/${number}`;
      return fromBase64Url((await this.#public({ method: "GET", path, answer: blobPiece })).piece);
    });
  }

  deleteBlob(blob: string) {
    return this.#asDevice({ method: "DELETE", path: `/v1/blobs/${blob}`, answer: noAnswer });
  }

  setRecovery(body: SetRecoveryRequest) {
    return this.#asDevice({ method: "PUT", path: "/v1/recovery", body, answer: noAnswer });
  }

  /** Undefined when the key is not set (any more). */
  recovery(key: Uint8Array) {
    const path = `/v1/recovery/${toBase64Url(key)}`;
    return unlessMissing(() => this.#public({ method: "GET", path, answer: recoveryInfo }));
  }

  recoverAccount(account: AccountId, body: RecoverAccountRequest) {
    const path = `/v1/accounts/${account}/recovery`;
    return this.#public({ method: "POST", path, body, answer: deviceCreated });
  }

  account(account: AccountId) {
    return this.#asDevice({ method: "GET", path: `/v1/accounts/${account}`, answer: accountInfo });
  }

  directory() {
    return this.#asDevice({ method: "GET", path: "/v1/directory", answer: directory });
  }

  openSealed(body: OpenSealedRequest) {
    return this.#asDevice({ method: "PUT", path: "/v1/sealed", body, answer: senderCertificate });
  }

  /** Without a session: the relay is not to learn who this is. */
  sendSealed(body: SealedRequest) {
    return this.#public({ method: "POST", path: "/v1/sealed", body, answer: noAnswer });
  }

  takePreKeys(account: AccountId, devices: readonly DeviceId[]) {
    return this.#asDevice({
      method: "POST",
      path: `/v1/accounts/${account}/prekeys`,
      body: { devices },
      answer: preKeyBundles,
    });
  }

  countPreKeys() {
    return this.#asDevice({ method: "GET", path: "/v1/prekeys", answer: preKeyCounts });
  }

  uploadPreKeys(body: UploadPreKeysRequest) {
    return this.#asDevice({ method: "PUT", path: "/v1/prekeys", body, answer: preKeyCounts });
  }

  revokeDevice(device: DeviceId) {
    return this.#asDevice({ method: "DELETE", path: `/v1/devices/${device}`, answer: noAnswer });
  }

  /**
   * The open session, or a new one.
   * @throws BaseError `DEVICE_REVOKED`, `NO_ACCOUNT`, or family `Unavailable`
   */
  session(): Promise<SessionResponse> {
    this.#session ??= this.#openSession().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  /** This session was refused somewhere: open another one next time, unless that has happened. */
  forgetSession(token?: string): void {
    if (token === undefined || token === this.#token) this.#session = undefined;
  }

  async #openSession(): Promise<SessionResponse> {
    const credentials = this.#credentials();
    if (!credentials) throw new BaseError("Usage", "NO_ACCOUNT", "sign up or link this device first");
    const { account, device } = credentials.address;
    const { challenge } = await this.#public({
      method: "POST",
      path: "/v1/challenges",
      body: { account, device },
      answer: challengeResponse,
    });
    const message = sessionProofMessage(credentials.address, fromBase64Url(challenge));
    const signature = toBase64Url(ed25519Sign(credentials.authSeed, message));
    const session = await this.#public({
      method: "POST",
      path: "/v1/sessions",
      body: { account, device, challenge, signature },
      answer: sessionResponse,
    });
    this.#token = session.token;
    return session;
  }

  #public<S extends z.core.$ZodType>({ path, ...call }: Call<S>): Promise<z.output<S>> {
    return callJson(this.#http, { ...call, url: `${this.#url}${path}` });
  }

  /** A session may have ended since it was opened; then a new one gets a second try. */
  async #asDevice<S extends z.core.$ZodType>({ path, ...call }: Call<S>): Promise<z.output<S>> {
    const url = `${this.#url}${path}`;
    const { token } = await this.session();
    try {
      return await callJson(this.#http, { ...call, url, token });
    } catch (error) {
      if (!isBaseError(error, "UNAUTHENTICATED")) throw error;
      this.forgetSession(token);
      const renewed = await this.session();
      return callJson(this.#http, { ...call, url, token: renewed.token });
    }
  }
}

async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isBaseError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
