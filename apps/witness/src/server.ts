import { BaseError, isBaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { Witness } from "@cloister/transparency/witnessing";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

// 63 hashes, a checkpoint and some dozen signatures, ML-DSA's too.
const maxBodyBytes = 65_536;

/** Status of each refusal, as the protocol has them. */
const statuses = {
  WITNESS_REQUEST: 400,
  WITNESS_SIGNATURE: 403,
  WITNESS_ORIGIN: 404,
  NOT_FOUND: 404,
  TOO_LARGE: 413,
  WITNESS_INCONSISTENT: 422,
} as const;

/** One line of the witness's own log: an outcome, and no more. */
export type WitnessLogger = (line: {
  readonly event: "cosigned" | "stale" | "refused" | "failure";
  readonly code?: string;
}) => void;

/** The witness's HTTP interface (C2SP tlog-witness), without sockets. */
export function createWitnessServer(input: {
  readonly witness: Witness;
  readonly logger: WitnessLogger;
}): Hono {
  const { witness, logger } = input;
  const app = new Hono();
  app.onError((error, context) => refuse(context, error, logger));
  app.notFound((context) => refuse(context, new BaseError("Usage", "NOT_FOUND", "no such address"), logger));
  app.get("/healthz", (context) => context.json({ status: "ok" }));

  const tooLarge = () => {
    throw new BaseError("Decode", "TOO_LARGE", `a request has at most ${maxBodyBytes} bytes`);
  };
  app.post("/add-checkpoint", bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }), async (context) => {
    const answer = witness.addCheckpoint(await context.req.text());
    logger({ event: answer.status });
    if (answer.status === "cosigned") return context.text(answer.lines);
    return context.body(`${answer.size}\n`, 409, { "Content-Type": "text/x.tlog.size" });
  });

  const origins = new Map(witness.origins().map((origin) => [toHex(sha256(toUtf8(origin))), origin]));
  app.get("/:hash{[0-9a-f]{64}}/checkpoint", (context) => {
    const origin = origins.get(context.req.param("hash"));
    const note = origin === undefined ? undefined : witness.latest(origin);
    if (note === undefined) throw new BaseError("Usage", "NOT_FOUND", "nothing was cosigned for this log");
    return context.text(note, 200, { "Cache-Control": "no-store" });
  });
  return app;
}

function refuse(context: Context, error: unknown, logger: WitnessLogger): Response {
  if (isBaseError(error) && Object.hasOwn(statuses, error.code)) {
    logger({ event: "refused", code: error.code });
    return context.text(`${error.code}: ${error.message}\n`, statuses[error.code as keyof typeof statuses]);
  }
  logger({ event: "failure", code: isBaseError(error) ? error.code : "INTERNAL" });
  return context.text("INTERNAL: the witness failed; it cosigned nothing\n", 500);
}
