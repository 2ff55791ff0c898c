import type { BrowserContext, Page, WebSocket } from "playwright-core";
import { findMarker, type MarkerHit } from "./marker.ts";

interface Captured {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Everything that left or entered one browser context, and what its browser complained about. */
export class Traffic {
  /** Refusals of the content security policy. */
  readonly violations: string[] = [];
  /** Errors that scripts of the page threw and nobody caught. */
  readonly pageErrors: string[] = [];
  readonly #origins = new Set<string>();
  readonly #captured: Captured[] = [];
  readonly #pending: Promise<void>[] = [];
  readonly #authorizations = new Map<string, string>();

  /** Call before the first page is opened. */
  static async record(context: BrowserContext): Promise<Traffic> {
    const traffic = new Traffic();
    await context.exposeBinding("reportViolation", (_, violation: string) => {
      traffic.violations.push(violation);
    });
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
        const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void };
        reportViolation(`${violatedDirective} ${blockedURI}`);
      });
    });
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "blob:" && url.protocol !== "data:") traffic.#origins.add(url.origin);
      const authorization = request.headers()["authorization"];
      if (authorization !== undefined) traffic.#authorizations.set(url.origin, authorization);
      traffic.#keep(`request ${url.pathname}${url.search}`, Buffer.from(request.url()));
      traffic.#keep(`request body ${url.pathname}`, request.postDataBuffer() ?? Buffer.alloc(0));
    });
    context.on("response", (response) => {
      const { pathname } = new URL(response.url());
      // What the page navigated away from has no body any more.
      const read = response.body().catch(() => Buffer.alloc(0));
      traffic.#pending.push(read.then((bytes) => traffic.#keep(`response body ${pathname}`, bytes)));
    });
    context.on("page", (page) => traffic.#follow(page));
    return traffic;
  }

  /** Where requests and sockets went. */
  get origins(): readonly string[] {
    return [...this.#origins].toSorted();
  }

  /** What this device last showed a server to be let in: enough to speak as it. */
  authorizationFor(origin: string): string {
    return this.#authorizations.get(origin) ?? "";
  }

  count(kind: "frame" | "request body" | "response body"): number {
    return this.#captured.filter(({ where, bytes }) => where.startsWith(kind) && bytes.length > 0).length;
  }

  async find(marker: string): Promise<MarkerHit[]> {
    await Promise.all(this.#pending);
    return this.#captured.flatMap(({ where, bytes }) => findMarker(where, bytes, marker));
  }

  #follow(page: Page): void {
    page.on("pageerror", (error) => this.pageErrors.push(String(error.stack)));
    page.on("websocket", (socket: WebSocket) => {
      this.#origins.add(new URL(socket.url()).origin.replace(/^ws/, "http"));
      socket.on("framesent", ({ payload }) => this.#keep("frame sent", Buffer.from(payload)));
      socket.on("framereceived", ({ payload }) => this.#keep("frame received", Buffer.from(payload)));
    });
  }

  #keep(where: string, bytes: Buffer): void {
    this.#captured.push({ where, bytes });
  }
}
