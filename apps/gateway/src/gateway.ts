import type { Model } from "@cloister/answering";
import type { Region } from "@cloister/safety";
import type { KeyRecord } from "./keys.ts";
import type { Log } from "./log.ts";

/** What answers. */
export interface Gateway {
  /** With its queue in front. */
  readonly model: Model;
  /** The house's rules, before those of any client. */
  readonly policy: string;
  readonly region: Region;
  readonly keys: () => readonly KeyRecord[];
  readonly log: Log;
}
