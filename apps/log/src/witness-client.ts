import { BaseError } from "@cloister/bytes";
import { formatSignatures, parseNote } from "@cloister/transparency/note";
import {
  addSignatureLines,
  type CosignatureKey,
  formatAddCheckpoint,
  verifyCosignatures,
} from "@cloister/transparency/witnessing";

const timeoutMs = 5_000;
const maxAnswerBytes = 65_536;

/** One witness, as the log asks it (C2SP tlog-witness). What it answers is untrusted. */
export class WitnessClient {
  readonly #url: string;
  readonly #keys: readonly CosignatureKey[];
  readonly #prove: (from: number, to: number) => Promise<readonly Uint8Array[]>;
  readonly #fetch: typeof fetch;
  /** What it cosigned last, as far as this log knows. */
  #size = 0;
  #isBusy = false;

  /** @param input.keys with which the witness may sign; a cosignature by one of them is enough */
  constructor(input: {
    readonly url: string;
    readonly keys: readonly CosignatureKey[];
    readonly prove: (from: number, to: number) => Promise<readonly Uint8Array[]>;
    readonly fetch: typeof fetch;
  }) {
    this.#url = input.url.replace(/\/$/, "");
    this.#keys = input.keys;
    this.#prove = input.prove;
    this.#fetch = input.fetch;
  }

  /** A request is under way. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /**
   * The witness's signature lines under a checkpoint of `size` leaves, verified, each by one of its keys.
   * @throws BaseError `WITNESS_AHEAD` when it saw a larger tree of this log, `WITNESS_REFUSED`,
   * `WITNESS_UNREACHABLE`, or a code of the answer's own fault
   */
  async cosign(checkpoint: string, size: number): Promise<string> {
    this.#isBusy = true;
    try {
      let answer = await this.#ask(checkpoint, size);
      if (answer.status === 409) {
        this.#size = readSize(answer.text);
        answer = await this.#ask(checkpoint, size);
      }
      if (answer.status !== 200) throw refused(`it answered ${answer.status}`);
      const lines = this.#knownLines(checkpoint, answer.text);
      this.#size = size;
      return lines;
    } finally {
      this.#isBusy = false;
    }
  }

  async #ask(checkpoint: string, size: number): Promise<{ readonly status: number; readonly text: string }> {
    const oldSize = this.#size;
    if (oldSize > size) {
      // This log went back, or somebody else holds its key.
      const message = "the witness saw a larger tree of this log: was the log restored from a backup?";
      throw new BaseError("Verification", "WITNESS_AHEAD", message);
    }
    const proof = oldSize === 0 || oldSize === size ? [] : await this.#prove(oldSize, size);
    try {
      const answer = await this.#fetch(`${this.#url}/add-checkpoint`, {
        method: "POST",
        body: formatAddCheckpoint({ oldSize, proof, checkpoint }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: answer.status, text: await readText(answer) };
    } catch (cause) {
      if (cause instanceof BaseError) throw cause;
      throw new BaseError("Unavailable", "WITNESS_UNREACHABLE", "the witness does not answer", { cause });
    }
  }

  #knownLines(checkpoint: string, lines: string): string {
    const note = addSignatureLines(checkpoint, lines);
    verifyCosignatures(note, this.#keys);
    const known = parseNote(note).signatures.filter((line) =>
      this.#keys.some(({ name, keyHash }) => line.name === name && line.keyHash === keyHash),
    );
    if (known.length === 0) throw refused("it signed with none of its keys in the policy");
    return formatSignatures(known);
  }
}

function refused(why: string): BaseError {
  return new BaseError("Unavailable", "WITNESS_REFUSED", `the witness did not cosign: ${why}`);
}

function readSize(text: string): number {
  const size = /^(?:0|[1-9][0-9]{0,15})\n$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw refused("its conflict names no size");
}

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytesCount = 0;
  const body: AsyncIterable<Uint8Array> | null = answer.body;
  for await (const chunk of body ?? []) {
    bytesCount += chunk.length;
    if (bytesCount > maxAnswerBytes) throw refused("its answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
