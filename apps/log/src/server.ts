import { BaseError, isBaseError, toHex } from "@cloister/bytes";
import { answersToHost, type HostRule } from "@cloister/contracts/hosts";
import {
  type Clock,
  entriesToJson,
  loggedLeafToJson,
  maxLeafBytes,
  proofToJson,
  type TransparencyLog,
  verifyAppendToken,
} from "@cloister/transparency";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { routePath } from "hono/route";
import { z } from "zod/mini";
import { answerError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { addPublicLog } from "./public-log.ts";
import { RateLimit } from "./rate-limit.ts";
import { bearer, decode, inclusionQuery, invalid, number, parse, requireReader } from "./request.ts";

// Base64 and braces around the longest leaf.
const maxBodyBytes = 2 * maxLeafBytes;
const maxEntriesCount = 1000;

/** What the server stands on. */
export interface LogServerOptions {
  readonly log: TransparencyLog;
  /** Ed25519, 32 bytes: verifies append tokens. */
  readonly tokenKey: Uint8Array;
  /** Whoever presents it may read entries; without one nobody may. */
  readonly readerToken?: string;
  /** Origin of the web app that may call from a browser, or `*`. */
  readonly webOrigin?: string;
  /** Whom requests may name; it takes the connection that `@hono/node-server` hands over. */
  readonly hosts?: HostRule;
  /** How many leaves one append token may write on average. */
  readonly leavesPerSecond: number;
  /** Has witnesses cosign; absent where nobody is asked. */
  readonly witnessing?: { latest(): string | undefined; wake(): void };
  readonly clock: Clock;
  readonly logger: Logger;
}

const leafBody = z.strictObject({ leaf: z.string() });
const consistencyQuery = z.strictObject({ from: number, to: number });
const entriesQuery = z.strictObject({ from: number, count: number });

/** The log's HTTP interface. It knows nothing of sockets: `app.request()` is enough to test it. */
export function createLogServer(options: LogServerOptions): Hono {
  const { log } = options;
  const app = new Hono();
  app.onError((error, context) => answerError(context, error));
  app.notFound((context) =>
    answerError(context, new BaseError("Usage", "NOT_FOUND", "there is no such address; see the README")),
  );
  app.use(reportTo(options));
  if (options.hosts !== undefined) app.use(requireHost(options.hosts));
  if (options.webOrigin !== undefined) app.use(cors({ origin: options.webOrigin, maxAge: 600 }));

  app.get("/healthz", async (context) => context.json({ status: "ok", size: await log.size() }));
  app.get("/v1/log", (context) => context.json({ origin: log.origin, vkey: log.vkey }));
  app.get("/v1/checkpoint", async (context) => {
    const checkpoint = await log.checkpoint();
    context.header("Cache-Control", "no-store");
    return context.text(checkpoint);
  });
  addAppend(app, options);
  addProofs(app, log);
  addEntries(app, options);
  addPublicLog(app, options);
  return app;
}

function addAppend(app: Hono, { log, tokenKey, clock, leavesPerSecond, witnessing }: LogServerOptions): void {
  const limit = new RateLimit(leavesPerSecond);
  const tooLarge = () => {
    throw new BaseError("Decode", "TOO_LARGE", `a body has at most ${maxBodyBytes} bytes`);
  };
  app.post("/v1/leaves", bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }), async (context) => {
    const nowMs = clock();
    const { subject } = verifyAppendToken(bearer(context), tokenKey, nowMs);
    if (!limit.take(toHex(subject), nowMs)) {
      context.header("Retry-After", "1");
      throw new BaseError("Unavailable", "RATE_LIMITED", "too many leaves at once; go on in a second");
    }
    const logged = await log.append(await readLeaf(context));
    witnessing?.wake();
    return context.json(loggedLeafToJson(logged), 201);
  });
}

async function readLeaf(context: Context): Promise<Uint8Array> {
  const type = context.req.header("Content-Type")?.split(";")[0]?.trim();
  if (type === "application/cbor") return new Uint8Array(await context.req.arrayBuffer());
  if (type !== "application/json") throw invalid("send the leaf as application/cbor or application/json");
  const { leaf } = parse(leafBody, await context.req.json().catch(() => undefined));
  return decode(leaf);
}

function addProofs(app: Hono, log: TransparencyLog): void {
  app.get("/v1/proof/inclusion", async (context) => {
    const query = parse(inclusionQuery, context.req.query());
    const index = "index" in query ? Number(query.index) : await log.indexOf(decode(query.hash));
    if (index === undefined) {
      throw new BaseError("Usage", "NOT_FOUND", "the log has no leaf with this hash");
    }
    return context.json(proofToJson(await log.proveInclusion(index, Number(query.size)), index));
  });
  app.get("/v1/proof/consistency", async (context) => {
    const { from, to } = parse(consistencyQuery, context.req.query());
    return context.json(proofToJson(await log.proveConsistency(Number(from), Number(to))));
  });
}

function addEntries(app: Hono, { log, readerToken }: LogServerOptions): void {
  app.get("/v1/entries", async (context) => {
    requireReader(context, readerToken);
    const { from, count } = parse(entriesQuery, context.req.query());
    const entries = await log.leaves(Number(from), Math.min(Number(count), maxEntriesCount));
    context.header("Cache-Control", "no-store");
    return context.json(entriesToJson(entries));
  });
}

/** One line for each request: its route's pattern, the outcome, the time. No address, no query, no token. */
function reportTo({ logger, clock }: LogServerOptions) {
  return async (context: Context, next: () => Promise<void>) => {
    const startMs = clock();
    await next();
    const { status } = context.res;
    logger({ event: "request", route: routePath(context, -1), status, durationMs: clock() - startMs });
    if (status >= 500) {
      logger({ event: "failure", code: isBaseError(context.error) ? context.error.code : "INTERNAL" });
    }
  };
}

/** See {@link answersToHost}. */
function requireHost(hosts: HostRule) {
  return async (context: Context<{ Bindings: HttpBindings }>, next: () => Promise<void>) => {
    const { headers, socket } = context.env.incoming;
    if (!answersToHost(hosts, headers.host, socket.localPort)) {
      throw new BaseError("Policy", "FORBIDDEN", "the log does not answer to this name; see --public-url");
    }
    await next();
  };
}
