import { toUtf8 } from "@cloister/bytes";
import { wireErrors } from "@cloister/contracts/errors";
import { preKeyCounts } from "@cloister/contracts/http";
import { describe, expect, it } from "vitest";
import { callJson, interruptible, noAnswer } from "./http.ts";
import type { Http, HttpRequest } from "./ports.ts";

const answering =
  (status: number, body: unknown, seen: HttpRequest[] = []): Http =>
  async (request) => {
    seen.push(request);
    return { status, body: body === undefined ? new Uint8Array() : toUtf8(JSON.stringify(body)) };
  };
const call = { method: "GET", url: "https://x/y", answer: preKeyCounts } as const;

describe("callJson", () => {
  it("sends a token and JSON, and reads what the schema says", async () => {
    const seen: HttpRequest[] = [];
    const http = answering(200, { oneTimeCount: 1, kemCount: 2 }, seen);
    expect(await callJson(http, { ...call, method: "PUT", token: "t", body: { a: 1 } })).toEqual({
      oneTimeCount: 1,
      kemCount: 2,
    });
    expect(seen).toMatchObject([
      { headers: { Authorization: "Bearer t", "Content-Type": "application/json" }, body: toUtf8('{"a":1}') },
    ]);
    expect(await callJson(answering(204, undefined), { ...call, answer: noAnswer })).toBeNull();
  });

  it("refuses answers that are not of this version", async () => {
    for (const body of [{ oneTimeCount: 1 }, { oneTimeCount: 1, kemCount: 2, more: 3 }, [], "x", undefined]) {
      await expect(callJson(answering(200, body), call)).rejects.toMatchObject({ code: "ANSWER_INVALID" });
    }
    const rubbish: Http = async () => ({ status: 200, body: Uint8Array.of(0xff) });
    await expect(callJson(rubbish, call)).rejects.toMatchObject({ code: "ANSWER_INVALID" });
  });

  it("gives each refusal its code and a family that says what can be done", async () => {
    for (const [code, status] of Object.entries(wireErrors)) {
      const refused = callJson(answering(status, { error: code, message: "m" }), call);
      await expect(refused).rejects.toMatchObject({ code, message: "m" });
    }
    const family = async (code: string) =>
      callJson(answering(500, { error: code, message: "m" }), call).catch(
        (error: { readonly family: string }) => error.family,
      );
    expect(await family("RATE_LIMITED")).toBe("Unavailable");
    expect(await family("MAILBOX_FULL")).toBe("Unavailable");
    expect(await family("INVITATION_USED")).toBe("Policy");
    expect(await family("DEVICES_CHANGED")).toBe("Conflict");
    expect(await family("IDENTITY_MISMATCH")).toBe("Verification");
    expect(await family("ACCOUNT_UNKNOWN")).toBe("Usage");
  });

  it("takes refusals of something in between for what their status says", async () => {
    const refused = (status: number) => callJson(answering(status, "<html>"), call);
    await expect(refused(502)).rejects.toMatchObject({ family: "Unavailable", code: "HTTP_502" });
    await expect(refused(429)).rejects.toMatchObject({ family: "Unavailable" });
    await expect(refused(404)).rejects.toMatchObject({ family: "Usage", code: "HTTP_404" });
  });

  it("says that nobody answered", async () => {
    const http: Http = () => Promise.reject(new TypeError("fetch failed"));
    await expect(callJson(http, call)).rejects.toMatchObject({ family: "Unavailable", code: "UNREACHABLE" });
  });

  it("can be interrupted", async () => {
    const { http, interrupt } = interruptible(() => new Promise(() => undefined));
    const waiting = callJson(http, call);
    interrupt();
    await expect(waiting).rejects.toMatchObject({ family: "Unavailable" });
  });
});
