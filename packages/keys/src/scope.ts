import { encodeCbor } from "@cloister/codec";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Whose keys: everything that is shredded together. Both ids are random, never made from a person. */
export interface ConversationRef {
  readonly tenant: string;
  readonly conversation: string;
}

/**
 * Names exactly one data key. It is bound to the wrapped key and to everything sealed with it, and some key
 * stores write it into their logs: nothing in it may tell anything about a patient.
 */
export interface KeyScope extends ConversationRef {
  readonly epoch: number;
  /** Counts the data keys of one epoch, from 1. */
  readonly version: number;
}

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws BaseError `KEY_SCOPE` */
export function checkConversation({ tenant, conversation }: ConversationRef): void {
  demand(idPattern.test(tenant) && idPattern.test(conversation), "KEY_SCOPE");
}

/** @throws BaseError `KEY_SCOPE` */
export function checkScope(scope: KeyScope): void {
  checkConversation(scope);
  demand(Number.isSafeInteger(scope.epoch) && scope.epoch >= 0, "KEY_SCOPE");
  demand(Number.isSafeInteger(scope.version) && scope.version >= 1, "KEY_SCOPE");
}

/** The scope as associated data: one encoding for one scope. @throws BaseError `KEY_SCOPE` */
export function scopeBytes(scope: KeyScope): Bytes {
  checkScope(scope);
  const { tenant, conversation, epoch, version } = scope;
  return encodeCbor({ context: "cloister key scope v1", tenant, conversation, epoch, version });
}
