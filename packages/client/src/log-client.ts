import { BaseError, equalBytes, fromUtf8, isBaseError } from "@cloister/bytes";
import type { OrganisationInfo } from "@cloister/contracts/http";
import {
  type LoggedLeaf,
  leafHash,
  loggedLeafFromJson,
  proofFromJson,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyInclusion,
} from "@cloister/transparency";
import { refusal, send } from "./http.ts";
import type { Http, HttpRequest } from "./ports.ts";
import type { RelayApi } from "./relay-api.ts";

const timeoutMs = 15_000;

/** The transparency log over HTTP; what it answers is verified here. */
export class LogClient {
  readonly #http: Http;
  readonly #relay: RelayApi;
  readonly #log: () => OrganisationInfo["log"];

  constructor(input: {
    readonly http: Http;
    /** Its sessions come with a token to append. */
    readonly relay: RelayApi;
    readonly log: () => OrganisationInfo["log"];
  }) {
    this.#http = input.http;
    this.#relay = input.relay;
    this.#log = input.log;
  }

  /**
   * Resolves when the leaf is durable in the log, with a proof that holds. The same leaf again is the same entry.
   * @throws BaseError family `Unavailable`, `LOG_PROOF`
   */
  async append(leaf: Uint8Array): Promise<LoggedLeaf> {
    const logged = loggedLeafFromJson(await this.#append(leaf, true));
    try {
      const { size, root } = verifyCheckpoint(logged.checkpoint, [this.#log().vkey]);
      const hash = leafHash(leaf);
      verifyInclusion({ leafHash: hash, index: logged.index, size, proof: logged.proof, root });
      if (!equalBytes(hash, logged.leafHash)) throw new Error("another leaf");
    } catch (cause) {
      throw new BaseError("Verification", "LOG_PROOF", "the log did not prove that it keeps this record", {
        cause,
      });
    }
    return logged;
  }

  /** The log's present head. @throws BaseError family `Unavailable`, or a code of `@cloister/transparency` */
  async checkpoint(): Promise<VerifiedCheckpoint> {
    const { body, status } = await this.#get("/v1/checkpoint");
    if (status !== 200) throw refusal(status, parse(body));
    return verifyCheckpoint(fromUtf8(body), [this.#log().vkey]);
  }

  /** A proof, not verified, that the larger tree continues the smaller. @throws BaseError */
  async consistencyProof(from: number, to: number): Promise<readonly Uint8Array[]> {
    const { body, status } = await this.#get(`/v1/proof/consistency?from=${from}&to=${to}`);
    if (status !== 200) throw refusal(status, parse(body));
    return proofFromJson(parse(body));
  }

  async #append(leaf: Uint8Array, mayRenew: boolean): Promise<unknown> {
    const { token, appendToken } = await this.#relay.session();
    const { status, body } = await this.#send({
      method: "POST",
      path: "/v1/leaves",
      headers: { "Content-Type": "application/cbor", Authorization: `Bearer ${appendToken}` },
      body: leaf,
    });
    if (status === 201) return parse(body);
    if (status !== 401 || !mayRenew) throw refusal(status, parse(body));
    this.#relay.forgetSession(token);
    return this.#append(leaf, false);
  }

  #get(path: string) {
    return this.#send({ method: "GET", path, headers: {} });
  }

  #send({ path, ...request }: Omit<HttpRequest, "url" | "timeoutMs"> & { readonly path: string }) {
    return send(this.#http, { ...request, url: `${this.#log().url.replace(/\/+$/, "")}${path}`, timeoutMs });
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body));
  } catch (error) {
    if (error instanceof SyntaxError || isBaseError(error)) return undefined;
    throw error;
  }
}
