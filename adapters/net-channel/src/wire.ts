import { BaseError } from "@cloister/bytes";
import type { HttpRequest, HttpResponse } from "@cloister/client";
import { type CborMap, decodeCbor, encodeCbor, readMap } from "@cloister/codec";

/** Names of the streams that ask for the network. */
export const streams = { http: "net/http", socket: "net/socket" } as const;

/** More than any request or answer of relay or log. */
export const maxHttpBytes = 17 * 1024 * 1024;
/** The largest frame of a mailbox connection, and a little. */
export const maxSocketBytes = 1_100_000;
const maxUrlBytes = 2048;
const maxHeadersCount = 16;
const methods = ["GET", "POST", "PUT", "DELETE"] as const;

export function encodeRequest({ body, headers, ...request }: HttpRequest): Uint8Array {
  return encodeCbor({ ...request, headers: { ...headers }, ...(body && { body }) });
}

/** From inside: what goes out is looked at, whoever runs there. @throws BaseError family `Decode` */
export function decodeRequest(bytes: Uint8Array): HttpRequest {
  const fields = readMap(decodeCbor(bytes));
  const body = fields.optional("body", (key) => fields.bytes(key, { maxBytes: maxHttpBytes }));
  const request: HttpRequest = {
    method: fields.oneOf("method", methods),
    url: fields.text("url", { maxBytes: maxUrlBytes }),
    headers: readHeaders(fields.value("headers") as CborMap),
    timeoutMs: fields.uint("timeoutMs", { max: 120_000 }),
    ...(body && { body }),
  };
  fields.end();
  return request;
}

function readHeaders(value: CborMap): Readonly<Record<string, string>> {
  const fields = readMap(value);
  const names = Object.keys(value);
  if (names.length > maxHeadersCount) throw new BaseError("Decode", "NET_HEADERS", "too many headers");
  return Object.fromEntries(names.map((name) => [name, fields.text(name, { maxBytes: 4096 })]));
}

export function encodeResponse({ status, body }: HttpResponse): Uint8Array {
  return encodeCbor({ status, body });
}

/** From the host, who may say anything. @throws BaseError family `Decode` */
export function decodeResponse(bytes: Uint8Array): HttpResponse {
  const fields = readMap(decodeCbor(bytes));
  const response = {
    status: fields.uint("status", { max: 999 }),
    body: fields.bytes("body", { maxBytes: maxHttpBytes }),
  };
  fields.end();
  return response;
}
