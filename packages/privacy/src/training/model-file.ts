/**
 * Heads as files: safetensors, which many programs read, with a card in it that says what they cost.
 * Layout: length of the header (8 bytes, little-endian), header (JSON), numbers (float32, little-endian).
 */
import { BaseError, concatBytes, equalBytes, fromUtf8, toUtf8 } from "@cloister/bytes";
import type { PrivacyUnit } from "../ledger/index.ts";
import { type HeadShape, parametersCount } from "./head.ts";
import { readSchema, type TableSchema } from "./table.ts";

/** What a trained model says of itself. */
export interface ModelCard {
  /** What it was trained on, in words. */
  readonly data: string;
  /** Spent on this model; the budget's total, tries included, is in `spentEpsilon`. Infinity: no differential privacy. */
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: PrivacyUnit;
  /** Of the ledger. */
  readonly reservation: string;
  readonly spentEpsilon: number;
  readonly training: {
    readonly samplingRate: number;
    readonly noiseMultiplier: number;
    readonly stepsCount: number;
    readonly clippingNorm: number;
  };
  /** The audit of the trainer with this plan; left out when there was none. */
  readonly audit?: {
    readonly canariesCount: number;
    /** With 95 % confidence, from one run. */
    readonly leastEpsilon: number;
    readonly gaussianTestPassed: boolean;
    readonly powerAgainstHalfNoise: number;
  };
}

/** A head with what is needed to use it and to judge it. */
export interface Model {
  readonly shape: HeadShape;
  readonly parameters: Float64Array;
  readonly card: ModelCard;
  /** How a table's rows become its inputs; left out for frozen features of another kind. */
  readonly schema?: TableSchema;
}

const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 1_000_000;
const NUMBER_BYTES = 4;

/** @throws BaseError `HEAD_SHAPE` */
export function encodeModel({ shape, parameters, card, schema }: Model): Uint8Array<ArrayBuffer> {
  let from = 0;
  const tensors = tensorsOf(shape).map(([name, dimensions]) => {
    const begin = from;
    from += NUMBER_BYTES * dimensions.reduce((product, size) => product * size, 1);
    return [name, { dtype: "F32", shape: dimensions, data_offsets: [begin, from] }] as const;
  });
  const metadata = {
    format: "cloister head 1",
    shape: JSON.stringify(shape),
    card: JSON.stringify(card),
    ...(schema === undefined ? {} : { schema: JSON.stringify(schema) }),
  };
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) });
  const header = toUtf8(json.padEnd(8 * Math.ceil(json.length / 8)));
  const prefix = new DataView(new ArrayBuffer(PREFIX_BYTES));
  prefix.setBigUint64(0, BigInt(header.length), true);
  const numbers = new DataView(new ArrayBuffer(NUMBER_BYTES * parameters.length));
  for (const [at, value] of parameters.entries()) numbers.setFloat32(NUMBER_BYTES * at, value, true);
  return concatBytes(new Uint8Array(prefix.buffer), header, new Uint8Array(numbers.buffer));
}

/** In the order of the parameters. */
function tensorsOf(shape: HeadShape): readonly (readonly [name: string, dimensions: readonly number[]])[] {
  const { inputsCount, hiddenCount, outputsCount } = shape;
  const last = [
    ["output.weight", [outputsCount, hiddenCount === 0 ? inputsCount : hiddenCount]],
    ["output.bias", [outputsCount]],
  ] as const;
  if (hiddenCount === 0) return last;
  return [["hidden.weight", [hiddenCount, inputsCount]], ["hidden.bias", [hiddenCount]], ...last];
}

/**
 * Reads what {@link encodeModel} wrote. `bytes` is untrusted.
 * @throws BaseError `MODEL_FILE`
 */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    return read(bytes);
  } catch (error) {
    throw new BaseError("Decode", "MODEL_FILE", "this is no head that Cloister trained", { cause: error });
  }
}

function read(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) throw new RangeError("header");
  const from = PREFIX_BYTES + headerBytes;
  const header = JSON.parse(fromUtf8(bytes.subarray(PREFIX_BYTES, from))) as Record<
    string,
    Record<string, string>
  >;
  const { format, shape: shapeText = "", card: cardText = "", schema } = header["__metadata__"] ?? {};
  const { inputsCount, hiddenCount, outputsCount } = JSON.parse(shapeText) as HeadShape;
  const shape = { inputsCount, hiddenCount, outputsCount };
  const count = parametersCount(shape);
  if (format !== "cloister head 1" || bytes.length !== from + NUMBER_BYTES * count)
    throw new RangeError("size");
  const parameters = Float64Array.from({ length: count }, (_, at) =>
    view.getFloat32(from + NUMBER_BYTES * at, true),
  );
  if (!parameters.every(Number.isFinite)) throw new RangeError("numbers");
  const written = JSON.parse(cardText) as ModelCard;
  // JSON knows no infinity; it has null there.
  const unbound = (epsilon: number | null) => epsilon ?? Infinity;
  const card = {
    ...written,
    epsilon: unbound(written.epsilon),
    spentEpsilon: unbound(written.spentEpsilon),
  };
  const model = {
    shape,
    parameters,
    card,
    ...(schema === undefined ? {} : { schema: readSchema(JSON.parse(schema)) }),
  };
  // Only the layout that is written is read: nothing hides between the numbers.
  if (!equalBytes(encodeModel(model), bytes)) throw new RangeError("layout");
  return model;
}
