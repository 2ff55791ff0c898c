import { BaseError, type ErrorFamily, fromUtf8, toUtf8 } from "@cloister/bytes";
import { isRetryableWireError, isWireErrorCode, type WireErrorCode } from "@cloister/contracts/errors";
import { wireErrorBody } from "@cloister/contracts/http";
import { z } from "zod/mini";
import type { Http, HttpRequest, HttpResponse } from "./ports.ts";

const timeoutMs = 20_000;

/** A call that is answered with JSON. */
export interface JsonCall<S extends z.core.$ZodType> {
  readonly method: HttpRequest["method"];
  readonly url: string;
  readonly token?: string;
  readonly body?: unknown;
  /** What the answer must be; every byte of it is the server's. */
  readonly answer: S;
}

/** For answers without a body. */
export const noAnswer = z.null();

/**
 * Sends JSON and reads JSON.
 * @throws BaseError with the server's code, `UNREACHABLE`, or `ANSWER_INVALID`
 */
export async function callJson<S extends z.core.$ZodType>(
  http: Http,
  call: JsonCall<S>,
): Promise<z.output<S>> {
  const response = await send(http, {
    method: call.method,
    url: call.url,
    headers: {
      ...(call.body !== undefined && { "Content-Type": "application/json" }),
      ...(call.token !== undefined && { Authorization: `Bearer ${call.token}` }),
    },
    ...(call.body !== undefined && { body: toUtf8(JSON.stringify(call.body)) }),
    timeoutMs,
  });
  const json = parse(response);
  if (response.status < 200 || response.status > 299) throw refusal(response.status, json);
  const answer = z.safeParse(call.answer, json);
  if (answer.success) return answer.data;
  throw new BaseError("Decode", "ANSWER_INVALID", "the server's answer is not one of this version");
}

/** @throws BaseError `UNREACHABLE` */
export async function send(http: Http, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await http(request);
  } catch (cause) {
    throw new BaseError("Unavailable", "UNREACHABLE", "the server cannot be reached; try again later", {
      cause,
    });
  }
}

/** Requests that can be given up all at once, such as when a client stops. */
export function interruptible(http: Http): { readonly http: Http; readonly interrupt: () => void } {
  const pending = new Set<(reason: unknown) => void>();
  return {
    http: (request) =>
      new Promise((resolve, reject) => {
        pending.add(reject);
        void http(request)
          .then(resolve, reject)
          .finally(() => pending.delete(reject));
      }),
    interrupt: () => {
      for (const reject of pending) reject(new BaseError("Unavailable", "INTERRUPTED", "stopped meanwhile"));
    },
  };
}

/** What the server refused, as an error here. Its text is for people and comes from the server. */
export function refusal(status: number, json: unknown): BaseError {
  const body = z.safeParse(wireErrorBody, json);
  if (!body.success || !isWireErrorCode(body.data.error)) {
    const family = status >= 500 || status === 429 ? "Unavailable" : "Usage";
    return new BaseError(family, `HTTP_${status}`, "the server refused this");
  }
  const { error: code, message } = body.data;
  return new BaseError(familyOf(code), code, message);
}

/** What the caller can do, where it is not a rule to accept. */
const families: { readonly [code in WireErrorCode]?: ErrorFamily } = {
  REQUEST_INVALID: "Usage",
  FRAME_INVALID: "Usage",
  TOO_LARGE: "Usage",
  NOT_FOUND: "Usage",
  ACCOUNT_UNKNOWN: "Usage",
  DEVICES_CHANGED: "Conflict",
  DISPLACED: "Conflict",
  IDENTITY_MISMATCH: "Verification",
};

function familyOf(code: WireErrorCode): ErrorFamily {
  return isRetryableWireError(code) ? "Unavailable" : (families[code] ?? "Policy");
}

function parse({ body }: HttpResponse): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(fromUtf8(body));
  } catch {
    return undefined;
  }
}
