import { toUtf8 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { isSigned, type SignableRequest, signRequest } from "./sigv4.ts";

// The example credentials and requests of AWS's documentation and of its Signature Version 4 test suite.
const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const atMs = Date.UTC(2015, 7, 30, 12, 36);
const empty = new Uint8Array();
const authorization = (request: SignableRequest, service: string) =>
  signRequest(request, credentials, { region: "us-east-1", service, atMs })["authorization"];

describe("Signature Version 4", () => {
  it.each([
    ["GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  ])("signs the test suite's plain %s as AWS does", (method, signature) => {
    const request = { method, host: "example.amazonaws.com", headers: {}, body: empty };
    expect(authorization(request, "service")).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
        `SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });

  it("signs the documentation's ListUsers with a query and a header", () => {
    const request = {
      method: "GET",
      host: "iam.amazonaws.com",
      query: "Action=ListUsers&Version=2010-05-08",
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: empty,
    };
    expect(authorization(request, "iam")).toContain(
      "SignedHeaders=content-type;host;x-amz-date, " +
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });

  const scope = { region: "eu-central-1", service: "kms", atMs };
  const request = {
    method: "POST",
    host: "kms.example",
    headers: { "x-amz-target": "TrentService.Decrypt", "content-type": "application/x-amz-json-1.1" },
    body: toUtf8("{}"),
  };
  const signed = { ...request, headers: signRequest(request, { ...credentials, sessionToken: "s" }, scope) };
  const known = (id: string) =>
    id === credentials.accessKeyId ? { ...credentials, sessionToken: "s" } : undefined;

  it("is recognised by the other side, within five minutes", () => {
    expect(isSigned(signed, { ...scope, credentials: known })).toBe(true);
    expect(isSigned(signed, { ...scope, atMs: atMs + 300_000, credentials: known })).toBe(true);
    expect(isSigned(signed, { ...scope, atMs: atMs + 301_000, credentials: known })).toBe(false);
    expect(isSigned(signed, { ...scope, atMs: atMs - 301_000, credentials: known })).toBe(false);
  });

  it.each<[string, SignableRequest]>([
    ["body", { ...signed, body: toUtf8("{ }") }],
    ["host", { ...signed, host: "kms.other" }],
    ["method", { ...signed, method: "GET" }],
    ["target", { ...signed, headers: { ...signed.headers, "x-amz-target": "TrentService.Encrypt" } }],
    ["token", { ...signed, headers: { ...signed.headers, "x-amz-security-token": "t" } }],
    ["date", { ...signed, headers: { ...signed.headers, "x-amz-date": "20150830T123601Z" } }],
    ["signature", { ...signed, headers: { ...signed.headers, authorization: "AWS4-HMAC-SHA256 x" } }],
  ])("is refused with another %s", (_, other) => {
    expect(isSigned(other, { ...scope, credentials: known })).toBe(false);
  });

  it("is refused from somebody unknown, for another region, and when the target is not covered", () => {
    expect(isSigned(signed, { ...scope, credentials: () => undefined })).toBe(false);
    expect(isSigned(signed, { ...scope, region: "us-east-1", credentials: known })).toBe(false);
    const bare = { ...request, headers: {} };
    const uncovered = { ...bare, headers: { ...signRequest(bare, credentials, scope), ...request.headers } };
    expect(isSigned(uncovered, { ...scope, credentials: known })).toBe(false);
  });
});
