import { wireErrors } from "@cloister/contracts/errors";
import type { Buckets } from "@cloister/relay-core";
import { type Relay, RelayError, toRelayError } from "@cloister/relay-core";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { addressOf, type Door, requireHost } from "./door.ts";
import { commonHeaders } from "./headers.ts";
import { faultOf, type Log } from "./log.ts";
import type { Route, RouteRequest } from "./routes.ts";

/** A registration with a hundred keys of each kind is about 240 kB. */
const maxBodyBytes = 327_680;
const bearerPattern = /^Bearer ([A-Za-z0-9_-]{1,512})$/;

type App = Hono<{ Bindings: HttpBindings }>;
type AppContext = Context<{ Bindings: HttpBindings }>;

/** What the HTTP side needs. */
export interface HttpContext {
  readonly relay: Relay;
  readonly door: Door;
  readonly routes: readonly Route[];
  readonly log: Log;
  /** Requests without a session, per address. */
  readonly publicRate: Buckets;
  readonly costlyRate: Buckets;
  readonly sealedRate: Buckets;
  /** The web app, if it is served here. */
  readonly web?: (context: Context) => Response | undefined;
}

/** All routes and, behind them, the web app. */
export function createHttp(context: HttpContext): App {
  const app: App = new Hono();
  app.use(async (request, next) => {
    await next();
    for (const [name, value] of Object.entries(commonHeaders)) request.res.headers.set(name, value);
  });
  app.use(async (request, next) => {
    requireHost(context.door, request.env.incoming);
    await next();
  });
  const tooLarge = () => {
    throw new RelayError("TOO_LARGE");
  };
  for (const route of context.routes) {
    const limit = bodyLimit({ maxSize: route.maxBodyBytes ?? maxBodyBytes, onError: tooLarge });
    app.on(route.method, route.path, limit, (request) => handle(context, route, request));
  }
  app.get("*", (request) => {
    const file = context.web?.(request);
    if (file) return file;
    throw new RelayError("NOT_FOUND");
  });
  app.notFound((request) => refuse(request, new RelayError("NOT_FOUND")));
  app.onError((error, request) => {
    const refusal = toRelayError(error);
    if (refusal.code === "INTERNAL") {
      context.log({ event: "fault", route: request.req.routePath, fault: faultOf(refusal) });
    }
    return refuse(request, refusal);
  });
  return app;
}

async function handle(context: HttpContext, route: Route, request: AppContext): Promise<Response> {
  // Hono answers HEAD with GET handlers; reading a provisioning slot must not happen by the way.
  if (request.req.method === "HEAD") throw new RelayError("NOT_FOUND");
  const answer = await callRoute(context, route, request);
  request.header("Cache-Control", "no-store");
  return answer === undefined ? request.body(null, 204) : request.json(answer);
}

async function callRoute(
  context: HttpContext,
  route: Route,
  request: AppContext,
): Promise<object | undefined> {
  const input: RouteRequest = {
    param: (name) => request.req.param(name) ?? "",
    body: () => readJson(request),
  };
  if (route.access === "public") {
    if (route.path !== "/healthz") {
      const rate = route.rate === undefined ? context.publicRate : context[`${route.rate}Rate`];
      rate.spend(addressOf(context.door, request.env.incoming));
    }
    return route.handle(input);
  }
  const token = bearerPattern.exec(request.req.header("Authorization") ?? "")?.[1];
  const { sessions } = context.relay;
  const session = await sessions.verify(token);
  // A body may take its time, and the device may have been revoked meanwhile.
  const body = async () => {
    const json = await input.body();
    await sessions.verify(token);
    return json;
  };
  return route.handle({ ...input, body }, session);
}

/** Only what says it is JSON: a page of another origin cannot send that without asking first. */
async function readJson(request: AppContext): Promise<unknown> {
  if (!/^application\/json\b/.test(request.req.header("Content-Type") ?? "")) {
    throw new RelayError("REQUEST_INVALID", { message: "send JSON with Content-Type application/json" });
  }
  try {
    return await request.req.json();
  } catch (error) {
    if (error instanceof RelayError) throw error;
    throw new RelayError("REQUEST_INVALID", { message: "the body is not JSON" });
  }
}

function refuse(request: AppContext, { code, message, retryAfterMs }: RelayError): Response {
  if (retryAfterMs !== undefined) request.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  // The rest of the body was never read, so the connection cannot carry another request.
  if (code === "TOO_LARGE") request.header("Connection", "close");
  request.header("Cache-Control", "no-store");
  return request.json({ error: code, message }, wireErrors[code]);
}
