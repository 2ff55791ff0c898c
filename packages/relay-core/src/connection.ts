import type { WireErrorCode } from "@cloister/contracts/errors";
import {
  type ClientFrame,
  decodeClientFrame,
  deliveryWindowCount,
  encodeRelayFrame,
  maxFrameBytes,
  type RelayFrame,
} from "@cloister/contracts/frames";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { Delivery } from "./delivery.ts";
import { type RelayError, toRelayError } from "./errors.ts";
import { type Mailbox, payloadBytes } from "./mailbox.ts";
import type { StoredEnvelope } from "./ports.ts";
import type { PreKeys } from "./prekeys.ts";
import type { Session, Sessions } from "./sessions.ts";

/** SENDs of one connection that may be on their way to the disk before reading from it pauses. */
const maxPendingCount = 256;
const maxPendingBytes = 1_048_576;
/** What may wait for a slow reader; more ends the connection, and the queue stays as it is. */
const maxBufferedBytes = maxFrameBytes;

/** One WebSocket, seen from the rules. */
export interface Transport {
  send(frame: Uint8Array): void;
  /** Bytes handed over that the network has not taken yet. */
  bufferedBytes(): number;
  /** Stops reading, so that whoever sends too fast feels it. */
  pause(): void;
  resume(): void;
  /** Ends once everything handed over is out. */
  close(): void;
  /** Ends now. */
  terminate(): void;
}

/** What a connection needs of the relay. */
export interface ConnectionContext {
  readonly epoch: number;
  readonly sessions: Sessions;
  readonly mailbox: Mailbox;
  readonly preKeys: PreKeys;
  readonly read: (input: {
    readonly address: DeviceAddress;
    readonly afterSeq: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  }) => Promise<readonly StoredEnvelope[]>;
  readonly acknowledge: (address: DeviceAddress, seq: number) => Promise<void>;
  /** Makes this the device's one connection; the one before ends. */
  readonly attach: (connection: Connection) => void;
  readonly detach: (connection: Connection) => void;
  /** A bug or a failing store, for the log. */
  readonly onFault: (error: RelayError) => void;
}

type State =
  | { readonly phase: "waiting" | "authenticating" | "ended" }
  | { readonly phase: "attached"; readonly session: Session }
  | { readonly phase: "ready"; readonly session: Session; readonly delivery: Delivery };

/** The mailbox connection of one device: hello, then SENDs and ACKs in, deliveries out. */
export class Connection {
  readonly #context: ConnectionContext;
  readonly #transport: Transport;
  #state: State = { phase: "waiting" };
  #pendingCount = 0;
  #pendingBytes = 0;
  #paused = false;
  #acknowledging = false;
  #acknowledgeSeq = 0;

  constructor(context: ConnectionContext, transport: Transport) {
    this.#context = context;
    this.#transport = transport;
  }

  /** The session, from when the token was good until the end. */
  get session(): Session | undefined {
    return "session" in this.#state ? this.#state.session : undefined;
  }

  get isAuthenticated(): boolean {
    return this.#state.phase === "ready";
  }

  /** One binary message; every byte is attacker-controlled. What is no frame ends the connection. */
  receive(bytes: Uint8Array): void {
    if (this.#state.phase === "ended") return;
    let frame: ClientFrame;
    try {
      frame = decodeClientFrame(bytes);
    } catch {
      this.end("FRAME_INVALID");
      return;
    }
    this.#handle(frame);
  }

  /** The network took what was buffered: more can go out. */
  drained(): void {
    if (this.#state.phase === "ready") this.#state.delivery.pump();
  }

  /** An envelope for this device became durable. */
  offer(envelope: StoredEnvelope): void {
    if (this.#state.phase === "ready") this.#state.delivery.offer(envelope);
  }

  preKeysLow(): void {
    if (this.#state.phase === "ready") this.#send({ type: "preKeysLow" });
  }

  /** Says why, then ends. */
  end(code: WireErrorCode): void {
    if (this.#state.phase === "ended") return;
    this.#send({ type: "goodbye", code });
    this.closed();
    this.#transport.close();
  }

  /** The transport is gone. */
  closed(): void {
    if (this.session) this.#context.detach(this);
    this.#state = { phase: "ended" };
  }

  #handle(frame: ClientFrame): void {
    const { phase } = this.#state;
    if (phase === "waiting" && frame.type === "hello") void this.#authenticate(frame.token);
    else if (phase === "ready" && frame.type === "send") void this.#sendEnvelopes(frame);
    else if (phase === "ready" && frame.type === "ack") this.#acknowledge(frame);
    else this.end("FRAME_INVALID");
  }

  async #authenticate(token: string): Promise<void> {
    this.#state = { phase: "authenticating" };
    try {
      const session = await this.#context.sessions.verify(token);
      if (this.#hasEnded()) return;
      this.#state = { phase: "attached", session };
      this.#context.attach(this);
      // Again: it may have been revoked after the first look and before a revocation could find this here.
      await this.#context.sessions.verify(token);
      if (this.#hasEnded()) return;
      const delivery = this.#delivery(session.address);
      this.#state = { phase: "ready", session, delivery };
      this.#send({ type: "ready", epoch: this.#context.epoch });
      delivery.pump();
      const counts = await this.#context.preKeys.count(session.address);
      if (this.#context.preKeys.areLow(counts)) this.preKeysLow();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether the connection ended while something was awaited. */
  #hasEnded(): boolean {
    return this.#state.phase === "ended";
  }

  #delivery(address: DeviceAddress): Delivery {
    return new Delivery({
      windowCount: deliveryWindowCount,
      read: (page) => this.#context.read({ address, ...page }),
      send: (frame) => this.#send(frame),
      bufferedBytes: () => this.#transport.bufferedBytes(),
      onFault: (error) => this.#fail(error),
    });
  }

  async #sendEnvelopes(frame: Extract<ClientFrame, { type: "send" }>): Promise<void> {
    if (this.#state.phase !== "ready") return;
    const { sendId, envelopes } = frame;
    const bytesCount = payloadBytes(envelopes);
    this.#pending(1, bytesCount);
    try {
      await this.#context.mailbox.send(this.#state.session.address, envelopes);
      this.#send({ type: "accept", sendId });
    } catch (error) {
      this.#reject(sendId, toRelayError(error));
    }
    this.#pending(-1, -bytesCount);
  }

  #reject(sendId: number, error: RelayError): void {
    if (error.family === "Internal") this.#context.onFault(error);
    const { code, account, retryAfterMs } = error;
    this.#send({
      type: "reject",
      sendId,
      code,
      ...(account !== undefined && { account }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  #pending(count: number, bytesCount: number): void {
    this.#pendingCount += count;
    this.#pendingBytes += bytesCount;
    const full = this.#pendingCount >= maxPendingCount || this.#pendingBytes >= maxPendingBytes;
    if (full === this.#paused || this.#hasEnded()) return;
    this.#paused = full;
    if (full) this.#transport.pause();
    else this.#transport.resume();
  }

  /** One acknowledgement is under way at a time; those that come meanwhile become one. */
  #acknowledge(frame: Extract<ClientFrame, { type: "ack" }>): void {
    if (this.#state.phase !== "ready" || frame.epoch !== this.#context.epoch) return;
    if (frame.seq <= this.#acknowledgeSeq) return;
    this.#acknowledgeSeq = frame.seq;
    this.#state.delivery.acknowledged(frame.seq);
    if (!this.#acknowledging) void this.#storeAcknowledgements(this.#state.session.address);
  }

  async #storeAcknowledgements(address: DeviceAddress): Promise<void> {
    this.#acknowledging = true;
    try {
      let storedSeq = 0;
      while (storedSeq < this.#acknowledgeSeq) {
        storedSeq = this.#acknowledgeSeq;
        await this.#context.acknowledge(address, storedSeq);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#acknowledging = false;
  }

  #fail(error: unknown): void {
    const refusal = toRelayError(error);
    if (refusal.family === "Internal") this.#context.onFault(refusal);
    this.end(refusal.code);
  }

  #send(frame: RelayFrame): void {
    if (this.#state.phase === "ended") return;
    const bytes = encodeRelayFrame(frame);
    if (this.#transport.bufferedBytes() + bytes.length > maxBufferedBytes) {
      this.closed();
      this.#transport.terminate();
      return;
    }
    this.#transport.send(bytes);
  }
}
