import process from "node:process";
import { Engine } from "./engine.ts";
import { type FromEngine, type ToEngine, toEngine } from "./messages.ts";

/*
 * The process of the engine. It knows no keys and no names, writes nothing to disk or log, and ends with its
 * parent.
 */

const sweepEveryMs = 60_000;
const restMs = 600_000;
const stops = new Map<number, AbortController>();
let engine: Engine | undefined;

function send(message: FromEngine): void {
  // The parent may be gone: then this process is about to be.
  if (process.connected) process.send?.(message);
}

async function take(message: ToEngine): Promise<void> {
  switch (message.type) {
    case "start": {
      const opened = await Engine.open(message);
      if (typeof opened === "string") return send({ type: "unusable", what: opened });
      engine = opened;
      return send({ type: "ready", contextTokensCount: engine.contextTokensCount });
    }
    case "ask": {
      const stop = new AbortController();
      stops.set(message.id, stop);
      const onText = (text: string) => send({ type: "text", id: message.id, text });
      const outcome = await engine?.answer(message, { signal: stop.signal, onText });
      stops.delete(message.id);
      return send({ id: message.id, ...(outcome ?? { type: "error", code: "failed" }) });
    }
    case "stop":
      return stops.get(message.id)?.abort();
    case "ping":
      return send({ type: "pong", id: message.id });
  }
}

process.on("message", (message: unknown) => void take(toEngine.parse(message)));
setInterval(() => void engine?.sweep(restMs), sweepEveryMs).unref();
process.on("disconnect", () => process.exit());
