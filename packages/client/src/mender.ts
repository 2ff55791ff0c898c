import { askForBroken } from "./broken.ts";
import type { Core } from "./core.ts";
import { repairsTable } from "./mending-records.ts";

/** While there is a connection, asks for what could not be opened, each device's when it is due. */
export class Mender {
  readonly #core: Core;
  #running = false;
  #cancel: () => void = () => undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  start(): void {
    this.#running = true;
    this.wake();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** Something is due at another time than before. */
  wake(): void {
    this.#cancel();
    const dueAtMs = nextRepairMs(this.#core);
    if (!this.#running || dueAtMs === undefined) return;
    const { clock, inBackground } = this.#core;
    this.#cancel = clock.after(Math.max(0, dueAtMs - clock.nowMs()), () => inBackground(() => this.#ask()));
  }

  /** After a failure the next connection begins anew. */
  async #ask(): Promise<void> {
    await askForBroken(this.#core);
    this.wake();
  }
}

/** When the next device is to be asked, if any is. */
export function nextRepairMs({ database }: Pick<Core, "database">): number | undefined {
  const dueMs = database.all(repairsTable).flatMap(({ dueAtMs }) => (dueAtMs === undefined ? [] : [dueAtMs]));
  return dueMs.length === 0 ? undefined : Math.min(...dueMs);
}
