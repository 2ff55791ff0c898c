/**
 * Rotation of a tenant's key: a new version, then every data key wrapped anew. It may be killed at any
 * point; the next run goes on where it stopped and makes no second version. Both versions open meanwhile.
 */

import { isBaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import type { KeyProvider } from "./port.ts";
import type { Journal, WrappedKeyRecord, WrappedKeyStore } from "./store.ts";

const MAX_VERSION_BYTES = 256;

/** How far a rotation is. `starting` is written before the key store is asked. */
export type RotationState =
  | { readonly stage: "starting"; readonly from: string }
  | { readonly stage: "rewrapping"; readonly from: string; readonly to: string }
  | { readonly stage: "done"; readonly from: string; readonly to: string };

/** What to do next, from what was written down and the version that wraps now. */
export type RotationStep =
  | { readonly act: "write"; readonly state: RotationState }
  | { readonly act: "rotate"; readonly from: string }
  | { readonly act: "rewrap"; readonly state: RotationState & { readonly stage: "rewrapping" } };

/** The state machine, without its effects. */
export function nextRotationStep(state: RotationState | undefined, version: string): RotationStep {
  if (state === undefined || state.stage === "done") {
    return { act: "write", state: { stage: "starting", from: version } };
  }
  if (state.stage === "rewrapping") return { act: "rewrap", state };
  // The version moved on although that was not written down: the rotation happened just before a crash.
  return state.from === version
    ? { act: "rotate", from: state.from }
    : { act: "write", state: { stage: "rewrapping", from: state.from, to: version } };
}

/** What a rotation needs. */
export interface RotationPorts {
  readonly provider: KeyProvider;
  readonly store: WrappedKeyStore;
  readonly journal: Journal;
  readonly tenant: string;
}

/** What a rotation did. `rewrapped` counts this run alone. */
export interface RotationReport {
  readonly from: string;
  readonly to: string;
  readonly rewrapped: number;
  /** Records that do not open; they stay as they are. */
  readonly damaged: number;
  /** Whether an earlier run had been interrupted. */
  readonly resumed: boolean;
}

/** Rotates, or finishes a rotation that was interrupted. */
export async function rotateKeys(ports: RotationPorts): Promise<RotationReport> {
  const { provider, journal, tenant } = ports;
  const name = rotationName(tenant);
  let state = await readRotation(journal, tenant);
  const resumed = state !== undefined && state.stage !== "done";
  for (;;) {
    const step = nextRotationStep(state, (await provider.status()).version);
    if (step.act === "rotate") {
      await provider.rotate();
    } else if (step.act === "write") {
      state = step.state;
      await journal.write(name, encodeCbor({ ...state }));
    } else {
      const { rewrapped, damaged } = await rewrapAll(ports);
      const { from, to } = step.state;
      await journal.write(name, encodeCbor({ stage: "done", from, to }));
      return { from, to, rewrapped, damaged, resumed };
    }
  }
}

/** The state of a tenant's last rotation. */
export async function readRotation(journal: Journal, tenant: string): Promise<RotationState | undefined> {
  const bytes = await journal.read(rotationName(tenant));
  return bytes === undefined ? undefined : decodeRotation(bytes);
}

function rotationName(tenant: string): string {
  return `rotation.${tenant}`;
}

function decodeRotation(bytes: Uint8Array): RotationState {
  const fields = readMap(decodeCbor(bytes));
  const stage = fields.oneOf("stage", ["starting", "rewrapping", "done"]);
  const from = fields.text("from", { maxBytes: MAX_VERSION_BYTES });
  const state =
    stage === "starting"
      ? { stage, from }
      : { stage, from, to: fields.text("to", { maxBytes: MAX_VERSION_BYTES }) };
  fields.end();
  return state;
}

/** Passes over the records until none is left under another version than the one that wraps now. */
async function rewrapAll(ports: RotationPorts): Promise<{ rewrapped: number; damaged: number }> {
  let rewrapped = 0;
  for (;;) {
    const { version } = await ports.provider.status();
    const outcomes = { rewrapped: 0, changed: 0, damaged: 0 };
    for await (const record of ports.store.list(ports.tenant)) {
      if (record.wrapped.version !== version) outcomes[await rewrapOne(ports, record)] += 1;
    }
    rewrapped += outcomes.rewrapped;
    if (outcomes.rewrapped + outcomes.changed === 0) return { rewrapped, damaged: outcomes.damaged };
  }
}

/** `changed`: destroyed or replaced meanwhile, so the next pass looks again. */
async function rewrapOne(
  { provider, store }: RotationPorts,
  { scope, wrapped }: WrappedKeyRecord,
): Promise<"rewrapped" | "changed" | "damaged"> {
  try {
    await store.replace({ scope, wrapped: await provider.rewrap(wrapped, scope) }, wrapped);
    return "rewrapped";
  } catch (error) {
    if (isBaseError(error, "RECORD_CHANGED")) return "changed";
    // One damaged record must not keep all others under the old version.
    if (isBaseError(error, "KEY_UNWRAP")) return "damaged";
    throw error;
  }
}

/** How many of a tenant's data keys each version wraps. */
export async function countByVersion(store: WrappedKeyStore, tenant: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { wrapped } of store.list(tenant)) {
    counts.set(wrapped.version, (counts.get(wrapped.version) ?? 0) + 1);
  }
  return counts;
}
