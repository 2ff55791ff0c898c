import { equalBytes, isBaseError } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import {
  type AggregatedSum,
  AggregationCoordinator,
  type AggregationMessage,
  type AggregationPlan,
  checkAdvertisement,
  decodeMessage,
  encodeMessage,
} from "../aggregation/index.ts";
import type { Reply } from "./wire.ts";

/** The steps of a round, by the message that each hospital owes in it. */
const steps = ["advertisement", "parcels", "masked", "survivors", "unmasking"] as const;

/** How a round ended: with a sum, or with the code of what stopped it. */
export type RoundEnd =
  | { readonly result: AggregatedSum }
  | {
      readonly code: string;
      /** Whether updates had been sent: hospitals count that as a look. */
      readonly looked: boolean;
      /** Whose secrets its own shares did not give. */
      readonly spoiler?: number;
    };

interface Pending {
  readonly digest: Uint8Array;
  readonly answer: Promise<Reply>;
  readonly resolve: (reply: Reply) => void;
}

/**
 * One secure sum as the coordinator lives it: a step is closed when everybody expected has sent, or when the
 * caller's patience ends ({@link GroupRound.close}); who has not sent by then is out.
 */
export class GroupRound {
  readonly plan: AggregationPlan;
  /** Resolves once, at the end. */
  readonly ended: Promise<RoundEnd>;
  readonly #coordinator: AggregationCoordinator;
  readonly #pending = new Map<string, Pending>();
  readonly #arrived = new Map<number, AggregationMessage>();
  #end: (end: RoundEnd) => void = () => undefined;
  #expected: ReadonlySet<number>;
  #step = 0;
  #looksCount = 0;

  constructor(plan: AggregationPlan) {
    this.plan = plan;
    this.#coordinator = new AggregationCoordinator(plan);
    this.#expected = new Set(plan.members.map(({ node }) => node));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** How many steps are closed: 0 to 5. */
  get stepsClosed(): number {
    return this.#step;
  }

  /**
   * Takes a hospital's message; the answer comes when the step is closed. The same message again gets the
   * same answer, so a lost connection loses nothing.
   * @throws BaseError of decoding; `AGGREGATION_MESSAGE`
   */
  async receive(node: number, bytes: Uint8Array): Promise<Reply> {
    const message = decodeMessage(bytes, this.plan.dimension);
    const key = `${node}/${message.kind}`;
    const digest = sha256(bytes);
    const known = this.#pending.get(key);
    if (known) return equalBytes(known.digest, digest) ? known.answer : { kind: "over" };
    if (message.kind !== steps[this.#step] || !this.#expected.has(node) || senderOf(message) !== node)
      return { kind: "over" };
    this.#take(message);
    let resolve: (reply: Reply) => void = () => undefined;
    const answer = new Promise<Reply>((settle) => {
      resolve = settle;
    });
    this.#pending.set(key, { digest, answer, resolve });
    // An update is in the sum already; it is not kept.
    this.#arrived.set(node, message.kind === "masked" ? { ...message, values: new Uint32Array() } : message);
    if (this.#arrived.size === this.#expected.size) this.close();
    return answer;
  }

  #take(message: AggregationMessage): void {
    if (message.kind === "advertisement") checkAdvertisement(this.plan, message);
    if (message.kind === "masked") {
      this.#coordinator.masked(message);
      this.#looksCount += 1;
    }
    if (message.kind === "survivors") this.#coordinator.confirmed(message);
    if (message.kind === "unmasking") this.#coordinator.unmasked(message);
  }

  /** Closes the step with those who have sent. Too few of them end the round. */
  close(): void {
    const kind = steps[this.#step];
    if (kind === undefined) return;
    try {
      const replies = this.#closed(kind);
      for (const node of this.#arrived.keys())
        this.#pending.get(`${node}/${kind}`)?.resolve(replies.get(node) ?? { kind: "over" });
      this.#expected = new Set([...this.#arrived.keys()].filter((node) => replies.has(node)));
      this.#arrived.clear();
      this.#step += 1;
    } catch (error) {
      this.abort(isBaseError(error) ? error.code : "INTERNAL");
    }
  }

  /** Ends the round for everybody, for the reason that `code` names. */
  abort(code: string): void {
    const looked = this.#step > steps.indexOf("masked") || this.#looksCount > 0;
    const { unrecovered: spoiler } = this.#coordinator;
    this.#step = steps.length;
    for (const { resolve } of this.#pending.values()) resolve({ kind: "over" });
    this.#end({ code, looked, ...(spoiler !== undefined && { spoiler }) });
  }

  #closed(kind: (typeof steps)[number]): ReadonlyMap<number, Reply> {
    const arrived = [...this.#arrived.values()];
    const toAll = (reply: Reply) => new Map([...this.#arrived.keys()].map((node) => [node, reply]));
    switch (kind) {
      case "advertisement": {
        this.#coordinator.advertised(arrived.filter((message) => message.kind === "advertisement"));
        return toAll({ kind: "messages", messages: arrived.map(encodeMessage) });
      }
      case "parcels": {
        const sent = new Map(
          [...this.#arrived].map(([node, message]) => [
            node,
            message.kind === "parcels" ? message.parcels : [],
          ]),
        );
        return new Map(
          [...this.#coordinator.shared(sent)].map(([node, parcels]) => [
            node,
            { kind: "messages", messages: [encodeMessage({ kind: "parcels", parcels })] },
          ]),
        );
      }
      case "masked":
        return toAll({ kind: "survivors", nodes: this.#coordinator.survivors() });
      case "survivors": {
        const signatures = this.#coordinator.signatures();
        const messages = signatures.map((entry) => encodeMessage({ kind: "survivors", ...entry }));
        return toAll({ kind: "messages", messages });
      }
      case "unmasking":
        this.#end({ result: this.#coordinator.finish() });
        return toAll({ kind: "wait" });
    }
  }
}

function senderOf(message: AggregationMessage): number | undefined {
  if (message.kind === "advertisement") return message.node;
  if (message.kind === "parcels") return message.parcels[0]?.from;
  return message.from;
}
