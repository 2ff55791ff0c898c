/** The recorded conversation with a real Vault, and a server that holds a client to it word for word. */
import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { listen } from "./listen.ts";

/** One exchange. */
export interface Step {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly token: "<root>" | "<client>" | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly status: number;
  readonly response: unknown;
}

const file = new URL(
  "../../../../../shared/vectors/keys/vault-transcript/vault-1.8.0-dev.json",
  import.meta.url,
);

/** The steps; undefined where the vectors are not at hand. */
export function readTranscript(): readonly Step[] | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { steps: Step[] }).steps : undefined;
}

/** Stands for the recording's root token. */
export const rootToken = "test-root";
/** What the recording shows in place of every token and secret. */
export const clientToken = "<redacted>";

/** Answers the recorded answers, in order, to exactly the recorded requests. */
export async function startReplay(steps: readonly Step[]) {
  let at = 0;
  const faults: string[] = [];
  const server = await listen(({ method, path, headers, body }) => {
    const step = steps[at];
    at += 1;
    if (!step) {
      faults.push(`nothing was recorded for ${method} ${path}`);
      return { status: 599, body: null };
    }
    const { request } = step;
    const token = { "<root>": rootToken, "<client>": clientToken, "": undefined }[request.token ?? ""];
    const wrapTtl = request.headers["X-Vault-Wrap-TTL"];
    const seen = {
      method,
      path,
      token: headers["x-vault-token"],
      wrapTtl: headers["x-vault-wrap-ttl"],
      body,
    };
    const wanted = { method: request.method, path: request.path, token, wrapTtl, body: request.body };
    if (!isDeepStrictEqual(seen, wanted)) {
      faults.push(`${step.name}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
    }
    return { status: step.status, body: step.response };
  });
  return { ...server, faults, answered: () => at };
}
