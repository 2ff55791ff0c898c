import { randomUUID } from "node:crypto";
import { BaseError, isBaseError } from "@cloister/bytes";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Answering } from "./answer.ts";
import { isShallow } from "./depth.ts";
import { findKey, type KeyRecord, type KeyScope } from "./keys.ts";
import { type Refusal, refusal, refusalOf } from "./reply.ts";
import { readChat } from "./request.ts";
import type { ChatService } from "./service.ts";

const maxBodyBytes = 1_048_576;

type App = Hono<{ Bindings: HttpBindings }>;
type AppContext = Context<{ Bindings: HttpBindings }>;

/** `POST /v1/chat/completions`, `GET /v1/models`, `GET /healthz`. */
export function createHttp(service: ChatService): App {
  const app: App = new Hono();
  const { log } = service;
  const tooLarge = () => {
    throw new BaseError("Usage", "CHAT_TOO_LARGE", `send at most ${maxBodyBytes} bytes`);
  };
  app.use(async (context, next) => {
    await next();
    context.res.headers.set("Cache-Control", "no-store");
    context.res.headers.set("X-Content-Type-Options", "nosniff");
  });
  app.get("/healthz", async (context) => {
    const status = await service.health();
    return context.json({ status }, status === "ready" ? 200 : 503);
  });
  app.get("/v1/models", (context) => {
    requireKey(service, context, "models");
    const data = [{ id: service.name, object: "model", created: 0, owned_by: "cloister" }];
    return context.json({ object: "list", data });
  });
  app.post(
    "/v1/chat/completions",
    bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }),
    async (context) => {
      const key = requireKey(service, context, "chat");
      const { name, policy, takesSurrogates } = service;
      const reading = { key, model: name, policy, takesSurrogates, freshId: randomUUID };
      const call = readChat(await readJson(context), reading);
      const answering = new Answering(service, key, call);
      context.req.raw.signal.addEventListener("abort", () => answering.stop());
      return answering.respond();
    },
  );
  app.notFound((context) =>
    refuse(context, refusal(404, new BaseError("Usage", "CHAT_NOT_FOUND", "there is nothing here"))),
  );
  app.onError((error, context) => {
    const refused = refusalOfHttp(error);
    const { code } = refused.body.error;
    log({ event: refused.status === 500 ? "fault" : "refused", code });
    return refuse(context, refused);
  });
  return app;
}

function requireKey({ keys }: ChatService, context: AppContext, scope: KeyScope): KeyRecord {
  const key = findKey(keys(), context.req.header("Authorization"));
  if (!key) throw new BaseError("Policy", "CHAT_KEY", "send a key of this service as Authorization: Bearer");
  if (!key.scopes.includes(scope)) {
    throw new BaseError("Policy", "CHAT_SCOPE", `this key may not do that; it needs the scope ${scope}`);
  }
  return key;
}

async function readJson(context: AppContext): Promise<unknown> {
  const text = await context.req.text();
  try {
    if (isShallow(text)) return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof BaseError) throw error;
  }
  throw new BaseError("Usage", "CHAT_REQUEST", "mend the request: the body is no JSON, or nested too deeply");
}

function refusalOfHttp(error: unknown): Refusal {
  if (isBaseError(error, "CHAT_KEY")) return refusal(401, error);
  if (isBaseError(error, "CHAT_TOO_LARGE")) return refusal(413, error);
  if (isBaseError(error, "CHAT_MODEL")) return refusal(404, error);
  return refusalOf(error);
}

/** As the protocol has it. */
function refuse(context: AppContext, { status, body, retryAfterSeconds }: Refusal): Response {
  if (retryAfterSeconds !== undefined) context.header("Retry-After", String(retryAfterSeconds));
  // The rest of the body was never read, so the connection cannot carry another request.
  if (status === 413) context.header("Connection", "close");
  if (status === 401) context.header("WWW-Authenticate", "Bearer");
  return context.json(body, status);
}
