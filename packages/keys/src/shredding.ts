/**
 * Crypto-shredding: every wrapped copy of a conversation's keys is destroyed, so that what they sealed
 * cannot be opened any more, in backups either. The act is in the log before it happens; a retention hold
 * refuses it; killed at any point, the next run finishes it.
 */
import { isBaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { demand, keyError } from "./rules.ts";
import { type ConversationRef, checkConversation } from "./scope.ts";
import type { Journal, WrappedCopies } from "./store.ts";

const MAX_TEXT_BYTES = 512;
const MAX_COPIES = 64;

/** Who destroys what, and why. The texts are for the log: codes and pseudonyms, nothing about a patient. */
export interface ShredRequest extends ConversationRef {
  readonly reason: string;
  readonly requestedBy: string;
  readonly atMs: number;
}

/** How far a shredding is. After `logged` the conversation gets no new keys. */
export interface ShredState extends ShredRequest {
  readonly stage: "requested" | "logged" | "done";
  /** Places that still hold copies. */
  readonly remaining: readonly string[];
}

/** What the log is told. */
export interface ShredEvent extends ShredRequest {
  readonly type: "keys.shred" | "keys.shredded" | "keys.shred-refused";
  /** The same for the same event: a log that has it already adds nothing. */
  readonly id: string;
}

/** Durable when it returns; an error means that the act does not happen. */
export interface ShredLog {
  append(event: ShredEvent): Promise<void>;
}

/** Whether somebody has to keep a conversation. */
export interface RetentionHolds {
  isHeld(conversation: ConversationRef): Promise<boolean>;
}

/** What shredding needs. */
export interface ShredPorts {
  readonly journal: Journal;
  readonly log: ShredLog;
  readonly holds: RetentionHolds;
  /** Every place with wrapped copies, backups included. */
  readonly copies: readonly WrappedCopies[];
}

/**
 * Destroys a conversation's keys, or finishes that.
 * @throws BaseError `SHRED_HELD`, `SHRED_INCOMPLETE`, or what the log throws
 */
export async function shredKeys(request: ShredRequest, ports: ShredPorts): Promise<ShredState> {
  checkConversation(request);
  const begun = await readShred(ports.journal, request);
  const state = begun ?? {
    ...request,
    stage: "requested" as const,
    remaining: ports.copies.map(({ name }) => name),
  };
  return state.stage === "done" ? state : finish(state, ports);
}

/** Finishes every shredding that a crash interrupted, unless it is held now. Call it at every start. */
export async function resumeShredding(ports: ShredPorts): Promise<readonly ShredState[]> {
  const finished: ShredState[] = [];
  for (const name of await ports.journal.names()) {
    const bytes = name.startsWith(PREFIX) ? await ports.journal.read(name) : undefined;
    const state = bytes && decodeShred(bytes);
    if (!state || state.stage === "done") continue;
    try {
      finished.push(await finish(state, ports));
    } catch (error) {
      // Held now: it stays as it is, and keeps no other from its end.
      if (!isBaseError(error, "SHRED_HELD")) throw error;
    }
  }
  return finished;
}

/** The shredding of a conversation, if there was one. */
export async function readShred(
  journal: Journal,
  conversation: ConversationRef,
): Promise<ShredState | undefined> {
  const bytes = await journal.read(nameOf(conversation));
  return bytes === undefined ? undefined : decodeShred(bytes);
}

async function finish(begun: ShredState, ports: ShredPorts): Promise<ShredState> {
  let state = begun;
  const advance = async (change: Partial<ShredState>) => {
    state = { ...state, ...change };
    await ports.journal.write(nameOf(state), encodeShred(state));
  };
  const isUntouched = state.stage === "requested" || state.remaining.length === ports.copies.length;
  // Half destroyed keys are of no use to anybody, so a hold that comes then is too late.
  if (isUntouched && (await ports.holds.isHeld(state))) {
    await ports.log.append(eventOf("keys.shred-refused", state));
    // Nothing is gone yet, so the conversation may be read again.
    if (state.stage === "logged") await advance({ stage: "requested" });
    throw keyError("SHRED_HELD");
  }
  if (state.stage === "requested") {
    await advance({});
    await ports.log.append(eventOf("keys.shred", state));
    await advance({ stage: "logged" });
  }
  for (const copies of ports.copies) {
    await copies.destroy(state);
    await advance({ remaining: state.remaining.filter((name) => name !== copies.name) });
  }
  for (const copies of ports.copies) {
    if ((await copies.count(state)) > 0) throw keyError("SHRED_INCOMPLETE", { detail: copies.name });
  }
  // A place that was named when it began and is not known now still has its copies.
  demand(state.remaining.length === 0, "SHRED_INCOMPLETE");
  await ports.log.append(eventOf("keys.shredded", state));
  await advance({ stage: "done" });
  return state;
}

function eventOf(type: ShredEvent["type"], state: ShredState): ShredEvent {
  const { tenant, conversation, reason, requestedBy, atMs } = state;
  const id = `${type}.${tenant}.${conversation}.${atMs}`;
  return { type, id, tenant, conversation, reason, requestedBy, atMs };
}

const PREFIX = "shred.";

function nameOf({ tenant, conversation }: ConversationRef): string {
  return `${PREFIX}${tenant}.${conversation}`;
}

function encodeShred(state: ShredState): Uint8Array {
  return encodeCbor({ ...state });
}

function decodeShred(bytes: Uint8Array): ShredState {
  const fields = readMap(decodeCbor(bytes));
  const text = (key: string) => fields.text(key, { maxBytes: MAX_TEXT_BYTES });
  const state = {
    tenant: text("tenant"),
    conversation: text("conversation"),
    reason: text("reason"),
    requestedBy: text("requestedBy"),
    atMs: fields.uint("atMs"),
    stage: fields.oneOf("stage", ["requested", "logged", "done"]),
    remaining: fields.list("remaining", String, { maxCount: MAX_COPIES }),
  };
  fields.end();
  return state;
}
