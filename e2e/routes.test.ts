import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { chatServices } from "./support/routes/chat.ts";
import { federationService } from "./support/routes/federation.ts";
import { keyService } from "./support/routes/keyservice.ts";
import { logService } from "./support/routes/log.ts";
import { callers, faultsOf, nameOf, routesOf, type Service } from "./support/routes/matrix.ts";
import { relayService } from "./support/routes/relay.ts";

/**
 * Every route that an app has by its own table, called by everybody who has no right to it: 401 or 403, unless
 * the route is listed as open with a reason. A new route refuses everybody or gets its reason here.
 */
const relay = await relayService();
const services: readonly Service[] = [
  relay,
  await logService(),
  ...chatServices(),
  keyService(),
  federationService(),
];

describe.each(services.map((service) => [service.name, service] as const))("%s", (_, service) => {
  it("answers to nobody without a right, where no reason is given", async () => {
    expect(routesOf(service).length).toBeGreaterThan(0);
    expect(await faultsOf(service)).toEqual([]);
  });

  it("gives a reason only for routes that are there", () => {
    const names = new Set(routesOf(service).map(nameOf));
    expect(Object.keys(service.open).filter((name) => !names.has(name))).toEqual([]);
    for (const { why } of Object.values(service.open)) expect(why).not.toBe("");
  });
});

describe("the matrix", () => {
  it("left the first patient's session, pieces and boxes alone", async () => {
    expect(await relay.firstPatientIsWell()).toBe(true);
  });

  it("catches a route that somebody forgot", async () => {
    const app = new Hono();
    app.get("/v1/forgotten", (context) => context.text("patients"));
    app.get("/v1/closed", (context) => context.text("", 403));
    const service: Service = {
      name: "test",
      app,
      open: { "GET /v1/closed": { to: ["nobody"], why: "it is not" } },
      send: async ({ path, init }) => app.request(path, init),
      attempts: async (__, { method, pattern }) => [{ path: pattern, init: { method } }],
    };
    const faults = await faultsOf(service);
    expect(faults.filter(({ fault }) => fault.startsWith("not refused"))).toHaveLength(callers.length);
    expect(faults.filter(({ fault }) => fault.startsWith("listed as open"))).toHaveLength(1);
  });
});
