import { parentPort, workerData } from "node:worker_threads";
import { isBaseError } from "@cloister/bytes";
import { type Call, RelayDatabase, type Reply } from "./relay-database.ts";
import type { RoomOptions } from "./relay-room.ts";

/** What the worker hears: a batch, or the end. */
export type ToWorker = { readonly batch: readonly Call[] } | { readonly close: true };

/** What it says. `refused`: the store could not be opened. */
export type FromWorker =
  | { readonly opened: true }
  | { readonly refused: { readonly code: string; readonly reason: string } }
  | { readonly replies: readonly Reply[] };

const port = parentPort;
if (port) {
  const say = (message: FromWorker) => port.postMessage(message, []);
  try {
    serve(new RelayDatabase(workerData as RoomOptions), say);
    say({ opened: true });
  } catch (error) {
    const code = isBaseError(error) ? error.code : "STORE_FAILED";
    say({ refused: { code, reason: error instanceof Error ? error.message : "unknown failure" } });
    port.close();
  }
}

/** A throw here ends the thread, which the other side takes as fatal. */
function serve(database: RelayDatabase, say: (message: FromWorker) => void): void {
  parentPort?.on("message", (message: ToWorker) => {
    if ("batch" in message) {
      say({ replies: database.run(message.batch) });
      return;
    }
    database.close();
    parentPort?.close();
  });
}
