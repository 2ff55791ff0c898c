/// <reference types="node" />
import { collect, modelRequest, never } from "@cloister/testkit/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OpenAiModel } from "./model.ts";
import { settingsOf, type Tls } from "./options.ts";
import {
  clientCertificate,
  clientKey,
  serverCertificate,
  serverKey,
  testCa,
} from "./testing/certificates.ts";
import { FaultServer } from "./testing/fault-server.ts";

const server = new FaultServer();
beforeAll(() =>
  server.start({
    cert: serverCertificate,
    key: serverKey,
    ca: testCa,
    requestCert: true,
    rejectUnauthorized: true,
  }),
);
afterAll(() => server.stop());

const ask = (tls: Tls, baseUrl = server.baseUrl) => {
  const settings = settingsOf({
    baseUrl,
    model: "m",
    contextTokensCount: 4096,
    cacheSecret: new Uint8Array(32),
    retriesCount: 0,
    tls,
  });
  return collect(new OpenAiModel(settings).generate(modelRequest(), never()));
};
const client = { certificate: clientCertificate, key: clientKey };

describe("a server behind TLS", () => {
  it("is trusted through an authority of one's own, and learns who asks", async () => {
    expect((await ask({ ca: testCa, ...client })).end.reason).toBe("length");
  });

  it.each<[string, Tls]>([
    ["whose authority is unknown", client],
    ["that wants to know who asks, and is not told", { ca: testCa }],
    ["of another authority", { ca: clientCertificate, ...client }],
  ])("is not reached: one %s", async (_what, tls) => {
    await expect(ask(tls)).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
  });

  it("is not reached under a name that is not its own", async () => {
    const other = server.baseUrl.replace("127.0.0.1", "127.0.0.2");
    await expect(ask({ ca: testCa, ...client }, other)).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
  });
});
