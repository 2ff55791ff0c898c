import { BaseError, fromUtf8 } from "@cloister/bytes";
import type { Vault } from "@cloister/deid";
import { z } from "zod/mini";
import { eventData, protocolError } from "./events.ts";
import type { Outgoing } from "./outgoing.ts";

/** The answer of the egress, its body still to come. */
export interface EgressResponse {
  readonly status: number;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * Posts a chat completion to the organisation's egress, with its key. Leaving the iteration, or the signal, ends
 * the connection: by this the vendor stops.
 */
export type AskEgress = (body: string, signal: StopSignal) => Promise<EgressResponse>;

/** What an `AbortSignal` is, as far as is needed. */
interface StopSignal {
  readonly aborted: boolean;
}

/** One question to a cloud model. */
export interface CloudQuestion {
  readonly outgoing: Outgoing;
  /** The vault that `outgoing` was made with. */
  readonly vault: Vault;
  readonly model: string;
  readonly maxTokensCount: number;
  readonly egress: AskEgress;
  readonly signal: StopSignal;
}

/** What comes back, with the originals in it. `ambiguous`: initials that may be more than one person's. */
export type CloudEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "end"; readonly reason: "complete" | "length"; readonly ambiguous: readonly string[] };

const maxErrorBytes = 65_536;
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503]);

const chunkSchema = z.object({
  choices: z.array(
    z.object({
      delta: z.optional(z.object({ content: z.optional(z.nullable(z.string())) })),
      finish_reason: z.optional(z.nullable(z.string())),
    }),
  ),
});
const errorSchema = z.object({ error: z.object({ code: z.string().check(z.regex(/^[A-Z0-9_]{1,60}$/)) }) });

/**
 * Sends what may leave and gives the answer re-identified as it comes: the same text for every way it is cut.
 * @throws BaseError `CLOUD_REFUSED` (family `Policy`; the message names the egress's code), `CLOUD_BUSY`,
 * `CLOUD_BROKEN_OFF` (`Unavailable`), `CLOUD_PROTOCOL` (`Decode`), and what the port throws
 */
export async function* askCloud(question: CloudQuestion): AsyncGenerator<CloudEvent, void, undefined> {
  const { egress, signal, vault } = question;
  const response = await egress(bodyOf(question), signal);
  if (response.status !== 200) throw refused(response.status, await codeOf(response));
  const restorer = vault.restorer();
  let reason: "complete" | "length" | undefined;
  for await (const data of eventData(response.pieces)) {
    if (data === "[DONE]") {
      if (reason === undefined) break;
      const rest = restorer.end();
      if (rest !== "") yield { type: "text", text: rest };
      return yield { type: "end", reason, ambiguous: restorer.ambiguous };
    }
    const { text, finishReason } = readChunk(data);
    const restored = restorer.push(text);
    if (restored !== "") yield { type: "text", text: restored };
    if (finishReason !== undefined) reason = finishReason === "length" ? "length" : "complete";
  }
  throw new BaseError("Unavailable", "CLOUD_BROKEN_OFF", "the answer broke off; ask again");
}

/** The body of `POST /v1/chat/completions`; `surrogates` is the egress's extension. */
function bodyOf({ outgoing, model, maxTokensCount }: CloudQuestion): string {
  const messages = outgoing.turns.map(({ from, text }) => ({
    role: from === "patient" ? "user" : "assistant",
    content: text,
  }));
  return JSON.stringify({
    model,
    messages,
    surrogates: outgoing.surrogates,
    max_completion_tokens: maxTokensCount,
    stream: true,
  });
}

function readChunk(data: string): { readonly text: string; readonly finishReason: string | undefined } {
  const value = parse(data);
  const failed = errorSchema.safeParse(value);
  if (failed.success) throw refused(503, failed.data.error.code);
  const chunk = chunkSchema.safeParse(value);
  if (!chunk.success) throw protocolError();
  const [choice] = chunk.data.choices;
  return { text: choice?.delta?.content ?? "", finishReason: choice?.finish_reason ?? undefined };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw protocolError();
  }
}

async function codeOf({ pieces }: EgressResponse): Promise<string> {
  const bytes: number[] = [];
  for await (const piece of pieces) {
    bytes.push(...piece);
    if (bytes.length > maxErrorBytes) break;
  }
  try {
    return errorSchema.parse(JSON.parse(fromUtf8(Uint8Array.from(bytes)))).error.code;
  } catch {
    return "UNKNOWN";
  }
}

function refused(status: number, code: string): BaseError {
  if (busyStatuses.has(status))
    return new BaseError(
      "Unavailable",
      "CLOUD_BUSY",
      `the cloud model cannot answer now (${code}); try again`,
    );
  return new BaseError(
    "Policy",
    "CLOUD_REFUSED",
    `the egress refuses the question (${code}); ask within the house`,
  );
}
