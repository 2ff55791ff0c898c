import { equalBytes, toHex } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { signCheckpoint, type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { decodeLeaf } from "./leaf.ts";
import { leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, type NoteSigner } from "./note.ts";
import type { LogBatch, LogStore } from "./ports.ts";
import { broken } from "./rules.ts";
import { readTile, type TileRange } from "./tiles.ts";
import { CompactTree, proveConsistency, proveInclusion, proveInclusions, type StoredNode } from "./tree.ts";

const maxGroupCount = 1024;

/** Where a leaf is, with all that proves it: one answer is enough for a receipt. */
export interface LoggedLeaf {
  readonly index: number;
  /** 32 bytes. */
  readonly leafHash: Uint8Array;
  /** Inclusion proof under `checkpoint`. */
  readonly proof: readonly Uint8Array[];
  /** Signed note. */
  readonly checkpoint: string;
}

interface Head {
  readonly tree: CompactTree;
  readonly checkpoint: string;
}

interface Waiting {
  readonly leaf: Uint8Array;
  readonly hash: Uint8Array;
  readonly resolve: (logged: LoggedLeaf) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The log over its store: validates leaves, commits them in groups, signs a checkpoint for each group.
 * While one group is on its way to the disk the next gathers. One process may append to a store at a time.
 */
export class TransparencyLog {
  readonly origin: string;
  /** Verifier key text of the log. */
  readonly vkey: string;
  readonly #store: LogStore;
  readonly #signer: NoteSigner;
  #waiting: Waiting[] = [];
  #committing = false;
  /** The durable head; absent when it has to be read (again). */
  #head: Head | undefined;

  /** @param input.seed Ed25519, 32 bytes; signs checkpoints under the name `origin`. */
  constructor(input: { readonly store: LogStore; readonly origin: string; readonly seed: Uint8Array }) {
    this.origin = input.origin;
    this.vkey = formatVerifierKey(input.origin, ed25519KeyPair(input.seed).publicKey);
    this.#store = input.store;
    this.#signer = ed25519NoteSigner(input.origin, input.seed);
  }

  /**
   * The latest checkpoint over durable leaves. The first call reads the store and checks it.
   * @throws BaseError `LOG_DAMAGED`, `LOG_KEY`
   */
  async checkpoint(): Promise<string> {
    return (await this.#durableHead()).checkpoint;
  }

  /** How many leaves are durable. @throws BaseError `LOG_DAMAGED`, `LOG_KEY` */
  async size(): Promise<number> {
    return (await this.#durableHead()).tree.size;
  }

  /**
   * Resolves once the leaf is durable. The same bytes again give the same index, under the newest checkpoint.
   * @throws BaseError `LEAF_SIZE`, `LEAF_FIELDS`, `LEAF_HOUR`; whatever the store throws
   */
  async append(leaf: Uint8Array): Promise<LoggedLeaf> {
    decodeLeaf(leaf);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ leaf, hash: leafHash(leaf), resolve, reject });
      if (!this.#committing) void this.#commitAll();
    });
  }

  /** @throws BaseError `MERKLE_RANGE` when the leaf is not in that tree or the tree is not durable */
  async proveInclusion(index: number, size: number): Promise<Uint8Array[]> {
    await this.#requireDurable(size);
    return proveInclusion(this.#store, index, size);
  }

  /** @throws BaseError `MERKLE_RANGE`, `MERKLE_OLD_SIZE_ZERO` */
  async proveConsistency(from: number, to: number): Promise<Uint8Array[]> {
    await this.#requireDurable(to);
    return proveConsistency(this.#store, from, to);
  }

  /** The hashes of a tile (C2SP tlog-tiles). @throws BaseError `TILE_MISSING` */
  async tile(level: number, range: TileRange): Promise<Uint8Array<ArrayBuffer>> {
    return readTile(this.#store, { ...range, level, size: await this.size() });
  }

  /** Index of the leaf with this hash, if the log has it. */
  async indexOf(hash: Uint8Array): Promise<number | undefined> {
    const [index] = await this.#store.indexesOf([hash]);
    return index;
  }

  /** Up to `count` leaves from `from` on. */
  leaves(from: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#store.leaves(from, count);
  }

  async #requireDurable(size: number): Promise<void> {
    if (size > (await this.size())) throw broken("MERKLE_RANGE");
  }

  async #durableHead(): Promise<Head> {
    this.#head ??= await this.#load();
    return this.#head;
  }

  async #load(): Promise<Head> {
    const { size, checkpoint } = await this.#store.head();
    const stored = checkpoint === undefined ? undefined : this.#verifyOwn(checkpoint);
    if (size !== (stored?.size ?? 0)) throw broken("LOG_DAMAGED");
    const tree = await CompactTree.load(this.#store, size);
    if (stored === undefined) return { tree, checkpoint: this.#sign(tree) };
    if (!equalBytes(stored.root, tree.root())) throw broken("LOG_DAMAGED");
    return { tree, checkpoint: stored.note };
  }

  #verifyOwn(checkpoint: string): VerifiedCheckpoint {
    try {
      return verifyCheckpoint(checkpoint, [this.vkey]);
    } catch (cause) {
      throw broken("LOG_KEY", cause);
    }
  }

  #sign(tree: CompactTree): string {
    return signCheckpoint(this.#signer, { size: tree.size, root: tree.root() });
  }

  async #commitAll(): Promise<void> {
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, maxGroupCount);
      try {
        await this.#commit(group);
      } catch (error) {
        // Whether the store kept the group is not known here, so its word is asked for again.
        this.#head = undefined;
        for (const { reject } of group) reject(error);
      }
    }
    this.#committing = false;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const head = await this.#durableHead();
    const known = await this.#store.indexesOf(group.map(({ hash }) => hash));
    const tree = head.tree.copy();
    const fresh = new Map<string, { readonly index: number; readonly leaf: Uint8Array }>();
    const nodes: StoredNode[] = [];
    const placed = group.map(({ leaf, hash, resolve }, at) => {
      const key = toHex(hash);
      const earlier = known[at] ?? fresh.get(key)?.index;
      if (earlier !== undefined) return { index: earlier, hash, resolve };
      const index = tree.size;
      fresh.set(key, { index, leaf });
      nodes.push(...tree.append(hash));
      return { index, hash, resolve };
    });
    const leaves = [...fresh.values()].map(({ leaf }) => leaf);
    const { checkpoint } = await this.#keep({ firstIndex: head.tree.size, leaves, nodes }, tree);
    for (const { proof, index, hash, resolve } of await proveInclusions(this.#store, placed, tree.size)) {
      resolve({ index, leafHash: hash, proof, checkpoint });
    }
  }

  async #keep(batch: Omit<LogBatch, "checkpoint">, tree: CompactTree): Promise<Head> {
    if (batch.leaves.length === 0) return this.#durableHead();
    const checkpoint = this.#sign(tree);
    await this.#store.append({ ...batch, checkpoint });
    this.#head = { tree, checkpoint };
    return this.#head;
  }
}
