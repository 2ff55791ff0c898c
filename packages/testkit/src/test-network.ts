import type { Http, HttpRequest, HttpResponse, OpenSocket } from "@cloister/client";
import type { Random } from "@cloister/crypto";
import type { Connection, Transport } from "@cloister/relay-core";
import type { TestClock } from "./test-clock.ts";

/** What goes wrong on the way. Shares are from 0 to 1. */
export interface Faults {
  /** Requests, or answers to them, that get lost. */
  readonly lostShare: number;
  /** Socket messages after which the connection breaks. */
  readonly brokenShare: number;
  readonly maxLatencyMs: number;
}

/** What is at the other end. */
export interface TestServer {
  handle(request: HttpRequest): Promise<HttpResponse>;
  connect(transport: Transport): Connection;
}

const noFaults: Faults = { lostShare: 0, brokenShare: 0, maxLatencyMs: 5 };

/** Everything between devices and servers. Bytes of a connection stay in order, as TCP keeps them. */
export class TestNetwork {
  faults: Faults = noFaults;
  /** Every frame and body that went over the wire, for tests that look for what must not be there. */
  readonly captured: Uint8Array[] = [];
  readonly #clock: TestClock;
  readonly #random: Random;
  readonly #server: TestServer;

  constructor(clock: TestClock, random: Random, server: TestServer) {
    this.#clock = clock;
    this.#random = random;
    this.#server = server;
  }

  /** A device's way into the network; it can be cut without the others. */
  line(): TestLine {
    return new TestLine({
      clock: this.#clock,
      server: this.#server,
      happens: (share) => this.#happens(share),
      latencyMs: () => this.#byte() * (this.faults.maxLatencyMs / 255),
      faults: () => this.faults,
      capture: (bytes) => void this.captured.push(bytes),
    });
  }

  /** From now on everything arrives; connections that are open stay. */
  heal(): void {
    this.faults = noFaults;
  }

  #happens(share: number): boolean {
    return share > 0 && this.#byte() < share * 256;
  }

  #byte(): number {
    return this.#random(1)[0] ?? 0;
  }
}

interface LineContext {
  readonly clock: TestClock;
  readonly server: TestServer;
  readonly happens: (share: number) => boolean;
  readonly latencyMs: () => number;
  readonly faults: () => Faults;
  readonly capture: (bytes: Uint8Array) => void;
}

/** One device's connections. */
export class TestLine {
  #isCut = false;
  readonly #context: LineContext;
  readonly #breaks = new Set<() => void>();
  /** Goes up when the sockets that are open become half-open. */
  #deafCount = 0;

  constructor(context: LineContext) {
    this.#context = context;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Cut: nothing goes in or out, and what was open is broken. */
  set isCut(isCut: boolean) {
    this.#isCut = isCut;
    if (isCut) this.breakAll();
  }

  /** The connections that are open swallow everything from now on, both ways, and neither end hears of it. */
  deafen(): void {
    this.#deafCount += 1;
  }

  breakAll(): void {
    for (const breakOne of this.#breaks) breakOne();
  }

  readonly http: Http = async (request) => {
    const { server, happens, faults, capture } = this.#context;
    await this.#delay();
    if (this.#isCut || happens(faults().lostShare)) throw new Error("the request got lost");
    if (request.body) capture(request.body);
    const response = await server.handle(request);
    await this.#delay();
    capture(response.body);
    if (this.#isCut || happens(faults().lostShare)) throw new Error("the answer got lost");
    return response;
  };

  readonly socket: OpenSocket = (_url, handlers) => {
    const { server, happens, faults, capture } = this.#context;
    let isOpen = true;
    const heardSince = this.#deafCount;
    const inOrder = { up: Promise.resolve(), down: Promise.resolve() };
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      this.#breaks.delete(close);
      connection.closed();
      handlers.onClose();
    };
    const travel = (way: "up" | "down", arrive: () => void) => {
      const before = inOrder[way];
      const journey = async () => {
        await Promise.all([before, this.#delay()]);
        if (!isOpen || heardSince !== this.#deafCount) return;
        if (this.#isCut || happens(faults().brokenShare)) close();
        else arrive();
      };
      inOrder[way] = journey();
    };
    const connection = server.connect({
      send: (bytes) => {
        capture(bytes);
        travel("down", () => handlers.onMessage(bytes));
      },
      bufferedBytes: () => 0,
      pause: () => undefined,
      resume: () => undefined,
      close: () => travel("down", close),
      terminate: close,
    });
    this.#breaks.add(close);
    travel("up", () => handlers.onOpen());
    return {
      send: (bytes) => {
        capture(bytes);
        travel("up", () => connection.receive(bytes));
      },
      close,
    };
  };

  #delay(): Promise<void> {
    const { clock, latencyMs } = this.#context;
    return new Promise((resolve) => {
      clock.after(latencyMs(), resolve);
    });
  }
}
