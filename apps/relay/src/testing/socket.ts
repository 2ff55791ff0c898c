import {
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  type OutgoingEnvelope,
  type RelayFrame,
} from "@cloister/contracts/frames";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { systemRandom } from "@cloister/crypto/random";
import { WebSocket } from "ws";

type FrameOf<Type extends RelayFrame["type"]> = Extract<RelayFrame, { type: Type }>;

/** The client's end of a mailbox connection; keeps every frame until somebody asks for it. */
export class TestSocket {
  readonly ws: WebSocket;
  /** All frames so far. */
  readonly frames: RelayFrame[] = [];
  /** Resolves with true once the connection is over. */
  readonly closed: Promise<boolean>;
  readonly #untaken: RelayFrame[] = [];
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Record<string, string> = {}) {
    this.ws = new WebSocket(`${url.replace("http", "ws")}/v1/mailbox`, { headers });
    this.ws.on("message", (data: Buffer) => {
      const frame = decodeRelayFrame(data);
      this.frames.push(frame);
      this.#untaken.push(frame);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.ws.on("close", () => {
        resolve(true);
        this.#wake();
      });
    });
    this.ws.on("error", () => this.#wake());
  }

  /** A connection that said hello and heard `ready`. */
  static async open(device: { readonly url: string; readonly token: string }): Promise<TestSocket> {
    const socket = new TestSocket(device.url);
    await socket.opened();
    socket.send({ type: "hello", token: device.token });
    await socket.next("ready");
    return socket;
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ws.once("open", resolve);
      this.ws.once("error", reject);
    });
  }

  send(frame: ClientFrame): void {
    this.ws.send(encodeClientFrame(frame));
  }

  /** The next frame of this type that was not asked for before. */
  async next<Type extends RelayFrame["type"]>(type: Type): Promise<FrameOf<Type>> {
    while (true) {
      const at = this.#untaken.findIndex((frame) => frame.type === type);
      if (at >= 0) return this.#untaken.splice(at, 1)[0] as FrameOf<Type>;
      if (this.ws.readyState >= WebSocket.CLOSING) throw new Error(`closed without ${type}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.ws.close();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** An envelope of random bytes. */
export function testEnvelope(to: DeviceAddress, payload: Uint8Array = systemRandom(256)): OutgoingEnvelope {
  return { account: to.account, device: to.device, id: systemRandom(16), payload };
}
