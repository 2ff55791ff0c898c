import { BaseError, concatBytes, equalBytes, toUtf8 } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { ed25519Sign, ed25519Verify, sha256 } from "@cloister/crypto";
import { maxCohortCount } from "../aggregation/index.ts";

/** What a hospital asks. Each question is answered once; some answers take until a step is closed. */
export type Ask =
  /** Is there a step to take part in? */
  | { readonly kind: "ready" }
  /** The model with this digest. */
  | { readonly kind: "model"; readonly digest: Uint8Array }
  /** An encoded message of secure aggregation for a round; what comes back is the coordinator's next one. */
  | { readonly kind: "message"; readonly round: Uint8Array; readonly message: Uint8Array };

/** What the coordinator answers. */
export type Reply =
  /** Nothing yet: ask again. */
  | { readonly kind: "wait" }
  /** A step begins; `plan` is an encoded aggregation plan. */
  | { readonly kind: "begin"; readonly plan: Uint8Array }
  | { readonly kind: "model"; readonly model: Uint8Array }
  /** Encoded messages: of all who advertised, of all who sealed a share to this one, of all who signed. */
  | { readonly kind: "messages"; readonly messages: readonly Uint8Array[] }
  | { readonly kind: "survivors"; readonly nodes: readonly number[] }
  /** The round ended without this hospital, or altogether: be ready again. */
  | { readonly kind: "over" }
  /** The coordinator gave the task up. */
  | { readonly kind: "stopped" }
  /** The model is trained; `digest` is the last one's. */
  | { readonly kind: "done"; readonly digest: Uint8Array };

/** A question with its sender. */
export interface Request {
  readonly node: number;
  readonly ask: Ask;
}

const maxMessageBytes = 2 ** 27;
const askLabel = toUtf8("cloister federation ask v1");
const replyLabel = toUtf8("cloister federation reply v1");

/** The question in the sender's name, Ed25519-signed for one task. `nonce`: 16 random bytes. */
export function encodeRequest(input: {
  readonly request: Request;
  readonly task: Uint8Array;
  readonly nonce: Uint8Array;
  readonly identity: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const { node, ask } = input.request;
  const body = encodeCbor({ node, nonce: input.nonce, ask: { ...ask } });
  const signature = ed25519Sign(input.identity, concatBytes(askLabel, input.task, body));
  return encodeCbor({ body, signature });
}

/**
 * Opens a question from the network. Repeats are no danger: a round and its steps happen once.
 * @throws BaseError of CBOR decoding; `FEDERATION_SENDER` when it is not from whom it says, for this task
 */
export function decodeRequest(input: {
  readonly bytes: Uint8Array;
  readonly task: Uint8Array;
  readonly keyOf: (node: number) => Uint8Array | undefined;
}): Request {
  const { body, signature } = opened(input.bytes);
  const map = readMap(decodeCbor(body));
  const node = map.uint("node", { max: maxCohortCount });
  map.bytes("nonce", { length: 16 });
  const ask = map.map("ask", readAsk);
  map.end();
  const publicKey = input.keyOf(node);
  const message = concatBytes(askLabel, input.task, body);
  if (!publicKey || !ed25519Verify({ publicKey, message, signature })) throw strange();
  return { node, ask };
}

/** The answer to exactly one question, signed by the coordinator. */
export function encodeReply(input: {
  readonly reply: Reply;
  readonly request: Uint8Array;
  readonly identity: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const body = encodeCbor({ request: sha256(input.request), reply: toCbor(input.reply) });
  const signature = ed25519Sign(input.identity, concatBytes(replyLabel, body));
  return encodeCbor({ body, signature });
}

/** @throws BaseError of CBOR decoding; `FEDERATION_SENDER` when it is no answer of the coordinator to this question */
export function decodeReply(input: {
  readonly bytes: Uint8Array;
  readonly request: Uint8Array;
  readonly coordinatorKey: Uint8Array;
}): Reply {
  const { body, signature } = opened(input.bytes);
  const message = concatBytes(replyLabel, body);
  if (!ed25519Verify({ publicKey: input.coordinatorKey, message, signature })) throw strange();
  const map = readMap(decodeCbor(body));
  if (!equalBytes(map.bytes("request", { length: 32 }), sha256(input.request))) throw strange();
  const reply = map.map("reply", readReply);
  map.end();
  return reply;
}

function opened(bytes: Uint8Array): { readonly body: Uint8Array; readonly signature: Uint8Array } {
  const map = readMap(decodeCbor(bytes));
  const out = {
    body: map.bytes("body", { maxBytes: maxMessageBytes }),
    signature: map.bytes("signature", { length: 64 }),
  };
  map.end();
  return out;
}

function strange(): BaseError {
  return new BaseError(
    "Verification",
    "FEDERATION_SENDER",
    "the message is not from an enrolled party of this task; check keys and task on both sides",
  );
}

function readAsk(map: FieldReader): Ask {
  const kind = map.oneOf("kind", ["ready", "model", "message"]);
  if (kind === "ready") return { kind };
  if (kind === "model") return { kind, digest: map.bytes("digest", { length: 32 }) };
  const message = map.bytes("message", { maxBytes: maxMessageBytes });
  return { kind, round: map.bytes("round", { length: 32 }), message };
}

function toCbor(reply: Reply): CborValue {
  return { ...reply };
}

function readReply(map: FieldReader): Reply {
  const kind = map.oneOf("kind", [
    "wait",
    "begin",
    "model",
    "messages",
    "survivors",
    "over",
    "stopped",
    "done",
  ]);
  switch (kind) {
    case "wait":
    case "over":
    case "stopped":
      return { kind };
    case "begin":
      return { kind, plan: map.bytes("plan", { maxBytes: maxMessageBytes }) };
    case "model":
      return { kind, model: map.bytes("model", { maxBytes: maxMessageBytes }) };
    case "messages":
      return { kind, messages: map.list("messages", asBytes, { maxCount: maxCohortCount }) };
    case "survivors":
      return { kind, nodes: map.list("nodes", asNode, { maxCount: maxCohortCount }) };
    case "done":
      return { kind, digest: map.bytes("digest", { length: 32 }) };
  }
}

function asBytes(item: CborValue): Uint8Array {
  if (item instanceof Uint8Array) return item;
  throw new BaseError("Decode", "CBOR_FIELD", "a message must be a byte string");
}

function asNode(item: CborValue): number {
  if (typeof item === "number" && item >= 1 && item <= maxCohortCount) return item;
  throw new BaseError("Decode", "CBOR_FIELD", "a node is a number from 1 to 255");
}
