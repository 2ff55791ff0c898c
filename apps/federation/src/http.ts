import { BaseError, isBaseError } from "@cloister/bytes";
import { dimensionOf, type FederationCoordinator, type FederationTask } from "@cloister/privacy/federation";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { History } from "./history.ts";
import { statusPage } from "./page.ts";

/** Beside the numbers of an update, which no other message comes near. */
const spareRequestBytes = 65_536;

/** Hospitals' signed questions, and for people how the task stands. Nothing else is served. */
export function createHttp(task: FederationTask, coordinator: FederationCoordinator, history: History): Hono {
  const maxSize = 4 * dimensionOf(task) + spareRequestBytes;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
    context.header(
      "content-security-policy",
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
  });
  app.post("/v1/federation", bodyLimit({ maxSize }), async (context) => {
    const request = new Uint8Array(await context.req.arrayBuffer());
    const reply = await coordinator.handle(request);
    return context.body(Uint8Array.from(reply), 200, { "content-type": "application/octet-stream" });
  });
  const status = () => history.status(coordinator.model.stepsTaken);
  app.get("/v1/status", (context) => context.json(status()));
  app.get("/", (context) => context.html(statusPage(status())));
  app.onError((error, context) => {
    const code = isBaseError(error) ? error.code : "INTERNAL";
    return context.json({ error: code }, statusOf(error));
  });
  return app;
}

function statusOf(error: unknown): 400 | 403 | 500 | 503 {
  if (!(error instanceof BaseError)) return 500;
  if (error.family === "Unavailable") return 503;
  return error.family === "Verification" ? 403 : 400;
}
