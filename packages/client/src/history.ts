import { isBaseError } from "@cloister/bytes";
import type { HistoryTransfer } from "./backup-api.ts";
import type { Core } from "./core.ts";
import { incomingPartsTable, incomingTable, outgoingTable } from "./history-tables.ts";
import { giveNextPart, takeNextPart } from "./history-transfer.ts";
import { only } from "./records.ts";
import { backOff } from "./timing.ts";

/** How soon to look again whether the new device is there. */
const pollMs = 2000;

/** What is under way, for a person to see. */
export function historyTransfer({ database }: Pick<Core, "database">): HistoryTransfer | undefined {
  const incoming = database.find(incomingTable, only);
  if (incoming) {
    const { doneCount, totalCount, isOver } = incoming;
    return { direction: "receiving", doneCount, totalCount, isIncomplete: isOver };
  }
  const [outgoing] = database.all(outgoingTable);
  if (!outgoing) return undefined;
  const totalCount = outgoing.todo && outgoing.totalCount;
  const doneCount = outgoing.totalCount - (outgoing.todo?.length ?? 0);
  return { direction: "giving", doneCount, totalCount, isIncomplete: false };
}

/** Gives and takes history while there is a connection, one part at a time. */
export class Historian {
  readonly #core: Core;
  readonly #isCaughtUp: () => boolean;
  #running = false;
  #working = false;
  #failuresCount = 0;
  /** Ends the pause before the next attempt; present while it lasts. */
  #cancelPause: (() => void) | undefined;

  constructor(core: Core, isCaughtUp: () => boolean) {
    this.#core = core;
    this.#isCaughtUp = isCaughtUp;
    core.database.subscribe((event) => {
      if (event.type === "history") this.#wake();
    });
  }

  start(): void {
    this.#running = true;
    this.#wake();
  }

  stop(): void {
    this.#running = false;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  #wake(): void {
    if (!this.#running || this.#working || this.#cancelPause) return;
    this.#core.inBackground(() => this.#work());
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      while (this.#running) {
        const step = await this.#step();
        this.#failuresCount = 0;
        if (step === "nothing") return;
        if (step === "waiting") return this.#pause(pollMs);
      }
    } catch (error) {
      this.#pause(backOff(this.#core.random, this.#failuresCount));
      this.#failuresCount += 1;
      if (!isBaseError(error)) throw error;
    } finally {
      this.#working = false;
    }
  }

  async #step(): Promise<"done" | "waiting" | "nothing"> {
    const { database } = this.#core;
    const [part] = database.all(incomingPartsTable);
    if (part) {
      await takeNextPart(this.#core, part);
      return "done";
    }
    const [outgoing] = database.all(outgoingTable);
    return outgoing ? giveNextPart(this.#core, outgoing, this.#isCaughtUp) : "nothing";
  }

  #pause(delayMs: number): void {
    if (!this.#running) return;
    this.#cancelPause = this.#core.clock.after(delayMs, () => {
      this.#cancelPause = undefined;
      this.#wake();
    });
  }
}
