import { BaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { type DetectionMode, detect } from "./detect.ts";
import type { Span } from "./labels.ts";
import { Vault } from "./vault.ts";

interface Fields {
  readonly [field: string]: unknown;
}

function fieldsOf(request: unknown): Fields {
  return typeof request === "object" && request !== null ? (request as Fields) : {};
}

function requestError(shape: string): BaseError {
  return new BaseError("Decode", "CONFORM_REQUEST", `send ${shape}`);
}

/** The answer of the conformance suite `deid`. */
export interface DeidAnswer {
  readonly id: string | number;
  readonly spans: readonly Span[];
}

/**
 * One line of the conformance suite `deid`: `{"id","text"}` → `{"id","spans"}`, offsets in UTF-16 code units.
 * @throws BaseError `CONFORM_REQUEST`
 */
export function conformDeid(request: unknown, mode: DetectionMode): DeidAnswer {
  const { id, text } = fieldsOf(request);
  if ((typeof id !== "string" && typeof id !== "number") || typeof text !== "string") {
    throw requestError('{"id": text or number, "text": text}');
  }
  return { id, spans: detect(text, mode) };
}

/** The conformance suite `pseudonymise`: vaults by name, for as long as the suite runs. */
export class PseudonymiseSuite {
  readonly #random: Random;
  readonly #mode: DetectionMode;
  readonly #vaults = new Map<string, Vault>();

  constructor(random: Random, mode: DetectionMode) {
    this.#random = random;
    this.#mode = mode;
  }

  /**
   * `open` → `{"ok"}`, `deidentify` and `reidentify` → `{"text"}`, `stream` → `{"chunks"}`, one for each chunk and
   * one for the end.
   * @throws BaseError `CONFORM_REQUEST`, `VAULT_UNKNOWN`
   */
  answer(request: unknown): object {
    const { op, vault: name, text, chunks } = fieldsOf(request);
    if (typeof name !== "string") throw requestError('"vault": text');
    if (op === "open") {
      this.#vaults.set(name, Vault.create(this.#random));
      return { ok: true };
    }
    const vault = this.#vaults.get(name);
    if (vault === undefined)
      throw new BaseError("Usage", "VAULT_UNKNOWN", 'send {"op":"open"} for this vault first');
    if (op === "deidentify" && typeof text === "string")
      return { text: vault.deidentify(text, this.#mode).text };
    if (op === "reidentify" && typeof text === "string") return vault.reidentify(text);
    if (op === "stream" && Array.isArray(chunks) && chunks.every((chunk) => typeof chunk === "string")) {
      const restorer = vault.restorer();
      return { chunks: [...chunks.map((chunk) => restorer.push(chunk)), restorer.end()] };
    }
    throw requestError('op "open", "deidentify", "reidentify" (with "text") or "stream" (with "chunks")');
  }
}
