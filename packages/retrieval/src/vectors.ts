import { BaseError } from "@cloister/bytes";

/** A text as a model sees it. */
export interface VectorRow {
  /** Unique in its store; a row with the same id is replaced. */
  readonly id: string;
  /** Of the store's dimensions, finite, not all zero; its length does not matter, only its direction. */
  readonly vector: Float32Array;
  /** What rows can be asked for by, such as topics. */
  readonly labels: readonly string[];
}

/** The rows nearest to a vector. */
export interface VectorQuery {
  readonly vector: Float32Array;
  /** 1 to 1000. */
  readonly count: number;
  /** Only rows that have this label. */
  readonly label?: string;
}

/** A row that was found. */
export interface Neighbour {
  readonly id: string;
  /** Cosine of the angle, -1 to 1. */
  readonly similarity: number;
}

/**
 * The port to a vector database. Vectors give their texts away almost word for word, so they are as sensitive
 * as these: a store behind this port holds public knowledge, never what a patient wrote.
 *
 * A query gives exactly `count` rows, or all that match when there are fewer, however narrow its label is; the
 * nearest first, ids deciding between equals.
 */
export interface VectorStore {
  readonly dimensions: number;
  /** All rows or none. @throws BaseError `VECTOR_INVALID` */
  put(rows: readonly VectorRow[]): Promise<void>;
  /** Ids that are not there are no error. */
  remove(ids: readonly string[]): Promise<void>;
  count(): Promise<number>;
  /** @throws BaseError `VECTOR_INVALID` */
  nearest(query: VectorQuery): Promise<readonly Neighbour[]>;
}

const MAX_NEIGHBOURS = 1000;

/**
 * The vector at length 1.
 * @throws BaseError `VECTOR_INVALID` unless it has `dimensions` finite numbers, not all zero
 */
function unitVector(vector: Float32Array, dimensions: number): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (vector.length !== dimensions || !Number.isFinite(length) || length === 0) {
    throw new BaseError(
      "Usage",
      "VECTOR_INVALID",
      `give vectors of ${dimensions} finite numbers, not all zero`,
    );
  }
  return vector.map((value) => value / length);
}

/**
 * How many rows a query may give.
 * @throws BaseError `VECTOR_INVALID`
 */
function checkNeighbourCount(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > MAX_NEIGHBOURS)
    throw new BaseError("Usage", "VECTOR_INVALID", `ask for 1 to ${MAX_NEIGHBOURS} neighbours`);
  return count;
}

interface StoredRow {
  readonly id: string;
  readonly unit: Float32Array;
  readonly labels: ReadonlySet<string>;
}

/** Exact search in memory: compares with every row, about 30 ms for 100,000 rows of 384 dimensions. */
export class MemoryVectorStore implements VectorStore {
  readonly dimensions: number;
  readonly #rows = new Map<string, StoredRow>();

  /** @param dimensions from 1 */
  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  async put(rows: readonly VectorRow[]): Promise<void> {
    const checked = rows.map(({ id, vector, labels }) => ({
      id,
      unit: unitVector(vector, this.dimensions),
      labels: new Set(labels),
    }));
    for (const row of checked) this.#rows.set(row.id, row);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#rows.delete(id);
  }

  async count(): Promise<number> {
    return this.#rows.size;
  }

  async nearest({ vector, count, label }: VectorQuery): Promise<readonly Neighbour[]> {
    const unit = unitVector(vector, this.dimensions);
    const wanted = checkNeighbourCount(count);
    const found: Neighbour[] = [];
    for (const row of this.#rows.values()) {
      if (label === undefined || row.labels.has(label))
        found.push({ id: row.id, similarity: dot(row.unit, unit) });
    }
    return found.sort(byNearness).slice(0, wanted);
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function byNearness(a: Neighbour, b: Neighbour): number {
  return b.similarity - a.similarity || (a.id < b.id ? -1 : 1);
}
