import { zeroise } from "@cloister/bytes";
import type { ByteReader, ByteWriter } from "@cloister/codec";
import { MAX_SKIPPED_COUNT } from "./limits.ts";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const NUMBER_BYTES = 4;
const KEY_BYTES = 32;
const ENTRY_BYTES = NUMBER_BYTES + KEY_BYTES;
const COUNT_BYTES = 2;

/** A key with the number of its message. */
export interface HeldKey {
  readonly number: number;
  readonly key: Bytes;
}

/**
 * Keys for messages that have not arrived, ascending by number and packed in one array, so that a session
 * with thousands of them is read and stored in one piece. Values are never changed in place.
 */
export class HeldKeys {
  static readonly none = new HeldKeys(new Uint8Array());
  /** 36 bytes for each: the number, big-endian, and the key. */
  readonly packed: Bytes;
  readonly #view: DataView;

  private constructor(packed: Bytes) {
    this.packed = packed;
    this.#view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  }

  get length(): number {
    return this.packed.length / ENTRY_BYTES;
  }

  /** The number at a place, counted from the lowest; -1 where there is none. */
  numberAt(index: number): number {
    return index >= 0 && index < this.length ? this.#view.getUint32(index * ENTRY_BYTES) : -1;
  }

  /** What is to be overwritten once another value took the place of this one. */
  get secrets(): readonly Bytes[] {
    return this.length === 0 ? [] : [this.packed];
  }

  /** A copy of one key, and the others. Undefined when it is not held. */
  take(number: number): { readonly key: Bytes; readonly others: HeldKeys } | undefined {
    const index = this.#countBelow(number);
    if (this.numberAt(index) !== number) return undefined;
    const [start, end] = [index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES];
    const others = new Uint8Array(this.packed.length - ENTRY_BYTES);
    others.set(this.packed.subarray(0, start));
    others.set(this.packed.subarray(end), start);
    return { key: this.packed.slice(start + NUMBER_BYTES, end), others: new HeldKeys(others) };
  }

  /** Those with a number of at least `least`; this same value when these are all. */
  from(least: number): HeldKeys {
    return this.newest(this.length - this.#countBelow(least));
  }

  /** Those with the highest numbers, at most `count`; this same value when these are all. */
  newest(count: number): HeldKeys {
    if (count >= this.length) return this;
    return new HeldKeys(this.packed.slice((this.length - count) * ENTRY_BYTES));
  }

  /** These and newer ones, which ascend and are overwritten; this same value when there are none. */
  with(newer: readonly HeldKey[]): HeldKeys {
    if (newer.length === 0) return this;
    const packed = new Uint8Array(this.packed.length + newer.length * ENTRY_BYTES);
    packed.set(this.packed);
    const joined = new HeldKeys(packed);
    for (const [index, { number, key }] of newer.entries()) {
      const at = this.packed.length + index * ENTRY_BYTES;
      joined.#view.setUint32(at, number);
      packed.set(key, at + NUMBER_BYTES);
      zeroise(key);
    }
    return joined;
  }

  write(writer: ByteWriter): void {
    writer.uint(this.length, COUNT_BYTES);
    writer.bytes(this.packed);
  }

  /** Reads what `write` wrote. Numbers ascend and lie before `below`, the head of their chain. @throws BaseError `SESSION-002` */
  static read(reader: ByteReader, below: number): HeldKeys {
    const count = reader.uint(COUNT_BYTES);
    if (count === 0) return HeldKeys.none;
    demand(count <= MAX_SKIPPED_COUNT, "SESSION-002");
    const keys = new HeldKeys(reader.take(count * ENTRY_BYTES));
    let previous = -1;
    for (let index = 0; index < count; index += 1) {
      const number = keys.numberAt(index);
      demand(number > previous && number < below, "SESSION-002");
      previous = number;
    }
    return keys;
  }

  #countBelow(number: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
