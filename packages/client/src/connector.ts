import { isBaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import type { ConnectionState } from "./api.ts";
import { Link, type LinkEnd, type LinkHandlers } from "./link.ts";
import type { Clock, OpenSocket } from "./ports.ts";
import type { RelayApi } from "./relay-api.ts";
import { backOff } from "./timing.ts";

/** A connection that lasted this long was a good one: the next back-off starts anew. */
const steadyMs = 30_000;

interface ConnectorContext {
  readonly openSocket: OpenSocket;
  readonly relay: RelayApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: Omit<LinkHandlers, "onEnd"> & { readonly onEnd: () => void };
  readonly onState: (state: ConnectionState) => void;
  readonly onRevoked: () => void;
}

/** Keeps one mailbox connection open, with back-off, from `start` until `stop`. */
export class Connector {
  readonly #context: ConnectorContext;
  #state: ConnectionState = "offline";
  /** Changes with each start and stop, so that what was begun before does nothing after. */
  #run = 0;
  #running = false;
  #link: Link | undefined;
  #readySinceMs: number | undefined;
  #failuresCount = 0;
  #cancelRetry: () => void = () => undefined;

  constructor(context: ConnectorContext) {
    this.#context = context;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run += 1;
    this.#failuresCount = 0;
    void this.#open(this.#run);
  }

  stop(): void {
    this.#running = false;
    this.#run += 1;
    this.#cancelRetry();
    this.#link?.close();
    this.#setState("offline");
  }

  /** Something here failed that a new connection may mend, such as saving what was delivered. */
  restart(): void {
    this.#link?.close();
  }

  async #open(run: number): Promise<void> {
    this.#setState("connecting");
    try {
      const { relay, openSocket, clock, handlers } = this.#context;
      const { token } = await relay.session();
      if (run !== this.#run) return;
      this.#link = new Link({
        openSocket,
        url: relay.mailboxUrl,
        token,
        clock,
        handlers: {
          ...handlers,
          onReady: (link) => this.#ready(link),
          onEnd: (end) => this.#ended(end),
        },
      });
    } catch (error) {
      if (run !== this.#run) return;
      this.#ended(isBaseError(error, "DEVICE_REVOKED") ? "DEVICE_REVOKED" : "lost");
    }
  }

  #ready(link: Link): void {
    this.#readySinceMs = this.#context.clock.nowMs();
    this.#setState("online");
    this.#context.handlers.onReady(link);
  }

  #ended(end: LinkEnd): void {
    const { relay, clock, random, handlers, onRevoked } = this.#context;
    const sinceMs = this.#readySinceMs;
    this.#link = undefined;
    this.#readySinceMs = undefined;
    if (sinceMs !== undefined) {
      handlers.onEnd();
      if (clock.nowMs() - sinceMs >= steadyMs) this.#failuresCount = 0;
    }
    if (end === "UNAUTHENTICATED") relay.forgetSession();
    if (!this.#running) return;
    if (end === "DEVICE_REVOKED" || end === "DISPLACED") {
      this.stop();
      if (end === "DEVICE_REVOKED") onRevoked();
      return;
    }
    this.#setState("offline");
    const run = this.#run;
    this.#cancelRetry = clock.after(backOff(random, this.#failuresCount), () => void this.#open(run));
    this.#failuresCount += 1;
  }

  #setState(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#context.onState(state);
  }
}
