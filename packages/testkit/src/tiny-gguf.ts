import { concatBytes, toUtf8 } from "@cloister/bytes";

/** The shape of a model made for tests. Sizes in numbers of values; the head size is 16. */
export interface TinyShape {
  /** A multiple of 32. */
  readonly embedding: number;
  readonly blocks: number;
  readonly contextTokens: number;
  readonly seed: number;
}

const smallest: TinyShape = { embedding: 32, blocks: 1, contextTokens: 4096, seed: 1 };
const headSize = 16;
const alignment = 32;
/** Kept by every layer as it is, so that it acts as a bias of the output. */
const biasDimension = 0;

/**
 * A language model in the shape of a real one (Llama, byte-level BPE, ChatML) with random weights: about 0.1 MB
 * that engines load, stream from, stop and constrain like any other. It says printable ASCII without sense, and
 * never comes to an end by itself. GGUF version 3, all weights as 32-bit floats.
 */
export function tinyGguf(shape: Partial<TinyShape> = {}): Uint8Array {
  const { embedding, blocks, contextTokens, seed } = { ...smallest, ...shape };
  const tokens = [...byteTokens(), ...controlTokens];
  const tensors = weights({ embedding, blocks, tokensCount: tokens.length, random: gaussian(seed) });
  const metadata = [
    ["general.architecture", text("llama")],
    ["general.name", text("tiny")],
    ["general.alignment", uint32Value(alignment)],
    ["llama.context_length", uint32Value(contextTokens)],
    ["llama.embedding_length", uint32Value(embedding)],
    ["llama.block_count", uint32Value(blocks)],
    ["llama.feed_forward_length", uint32Value(2 * embedding)],
    ["llama.attention.head_count", uint32Value(embedding / headSize)],
    ["llama.attention.head_count_kv", uint32Value(1)],
    ["llama.attention.layer_norm_rms_epsilon", float32Value(1e-5)],
    ["llama.rope.dimension_count", uint32Value(headSize)],
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.pre", text("smollm")],
    ["tokenizer.ggml.tokens", array(8, tokens.map(string))],
    [
      "tokenizer.ggml.token_type",
      array(
        5,
        tokens.map((_, at) => little(4, at < 256 ? tokenTypes.normal : tokenTypes.control)),
      ),
    ],
    ["tokenizer.ggml.merges", array(8, [string("Ġ Ġ")])],
    ["tokenizer.ggml.bos_token_id", uint32Value(257)],
    ["tokenizer.ggml.eos_token_id", uint32Value(258)],
    ["tokenizer.chat_template", text(chatMl)],
  ] as const;
  const head = concatBytes(
    toUtf8("GGUF"),
    little(4, 3),
    little(8, tensors.length),
    little(8, metadata.length),
    ...metadata.flatMap(([key, value]) => [string(key), value]),
    ...tensorInfos(tensors),
  );
  return concatBytes(padded(head), ...tensors.map(({ values }) => padded(floatBytes(values))));
}

const controlTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const tokenTypes = { normal: 1, control: 3 };
const chatMl =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

interface Tensor {
  readonly name: string;
  /** Columns first, as GGML counts. */
  readonly dimensions: readonly number[];
  readonly values: Float32Array;
}

interface WeightsInput {
  readonly embedding: number;
  readonly blocks: number;
  readonly tokensCount: number;
  readonly random: () => number;
}

function weights({ embedding, blocks, tokensCount, random }: WeightsInput): Tensor[] {
  const matrix = (name: string, columns: number, rows: number): Tensor => ({
    name: `${name}.weight`,
    dimensions: [columns, rows],
    values: Float32Array.from({ length: columns * rows }, () => random() / Math.sqrt(columns)),
  });
  const ones = (name: string): Tensor => ({
    name: `${name}.weight`,
    dimensions: [embedding],
    values: new Float32Array(embedding).fill(1),
  });
  /** Adds nothing to the dimension that is the bias. */
  const sparing = (tensor: Tensor): Tensor => {
    const [columns = 0] = tensor.dimensions;
    tensor.values.fill(0, biasDimension * columns, (biasDimension + 1) * columns);
    return tensor;
  };
  const perBlock = (at: number): Tensor[] => [
    ones(`blk.${at}.attn_norm`),
    matrix(`blk.${at}.attn_q`, embedding, embedding),
    matrix(`blk.${at}.attn_k`, embedding, headSize),
    matrix(`blk.${at}.attn_v`, embedding, headSize),
    sparing(matrix(`blk.${at}.attn_output`, embedding, embedding)),
    ones(`blk.${at}.ffn_norm`),
    matrix(`blk.${at}.ffn_gate`, embedding, 2 * embedding),
    matrix(`blk.${at}.ffn_up`, embedding, 2 * embedding),
    sparing(matrix(`blk.${at}.ffn_down`, 2 * embedding, embedding)),
  ];
  const input = matrix("token_embd", embedding, tokensCount);
  const output = matrix("output", embedding, tokensCount);
  for (let token = 0; token < tokensCount; token += 1) {
    const at = token * embedding + biasDimension;
    input.values[at] = 1;
    output.values[at] = isPrintable(token) ? 0 : -20;
  }
  return [
    input,
    ...Array.from({ length: blocks }, (_, at) => perBlock(at)).flat(),
    ones("output_norm"),
    output,
  ];
}

function isPrintable(token: number): boolean {
  return token >= 0x20 && token < 0x7f;
}

/** The characters that stand for bytes in byte-level BPE (Radford et al. 2019), in order of the bytes. */
function byteTokens(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const standsForItself =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCodePoint(standsForItself ? byte : next++);
  });
}

function tensorInfos(tensors: readonly Tensor[]): Uint8Array[] {
  let offset = 0;
  return tensors.map(({ name, dimensions, values }) => {
    const info = concatBytes(
      string(name),
      little(4, dimensions.length),
      ...dimensions.map((size) => little(8, size)),
      little(4, 0), // GGML_TYPE_F32
      little(8, offset),
    );
    offset += paddedLength(values.byteLength);
    return info;
  });
}

function paddedLength(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(paddedLength(bytes.length));
  out.set(bytes);
  return out;
}

function little(lengthBytes: 4 | 8, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(lengthBytes));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

function floatBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) view.setFloat32(4 * at, value, true);
  return new Uint8Array(view.buffer);
}

function string(value: string): Uint8Array {
  const bytes = toUtf8(value);
  return concatBytes(little(8, bytes.length), bytes);
}

function text(value: string): Uint8Array {
  return concatBytes(little(4, 8), string(value));
}

function uint32Value(value: number): Uint8Array {
  return concatBytes(little(4, 4), little(4, value));
}

function float32Value(value: number): Uint8Array {
  return concatBytes(little(4, 6), floatBytes(Float32Array.of(value)));
}

function array(type: 5 | 8, items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(little(4, 9), little(4, type), little(8, items.length), ...items);
}

/** Normally distributed numbers that a seed determines: xorshift (Marsaglia 2003), Box and Muller. */
function gaussian(seed: number): () => number {
  let state = (seed * 0x9e37_79b9) >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
