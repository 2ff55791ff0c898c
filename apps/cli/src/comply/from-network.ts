import { BaseError } from "@cloister/bytes";
import { type Check, met, notMet, type Outcome, partial } from "./check.ts";

const timeoutMs = 10_000;
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Routes with something behind them, and who is let in nowhere. */
const guarded = {
  relay: ["/v1/directory", "/v1/prekeys", "/v1/accounts/AAAAAAAAAAAAAAAAAAAAAA"],
  log: ["/v1/entries?from=0&count=1", "/tile/entries/000"],
} as const;
const strangers = [
  ["nobody", undefined],
  ["a made-up token", "A".repeat(43)],
] as const;

/** What is behind a session or a token refuses those without; `e2e/routes.test.ts` tries every route. */
export const doors: Check = async ({ relayUrl, logUrl }) => {
  const urls = [...guarded.relay.map((path) => relayUrl + path), ...guarded.log.map((path) => logUrl + path)];
  const output: string[] = [];
  let openCount = 0;
  for (const url of urls) {
    for (const [who, token] of strangers) {
      const { status } = await ask(url, token);
      if (status !== 401 && status !== 403) openCount += 1;
      output.push(`${status} ${url} as ${who}`);
    }
  }
  return { status: openCount === 0 ? "met" : "not met", output };
};

/** What every answer of the relay has to say to browsers; the page itself also has a policy for scripts. */
const wanted: Readonly<Record<string, RegExp>> = {
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
};
const policy = /(?=.*default-src 'none')(?=.*script-src 'self')(?=.*frame-ancestors 'none')/;

export const headers: Check = async ({ relayUrl }) => {
  const answer = await ask(`${relayUrl}/`);
  const missing = Object.entries(wanted)
    .filter(([name, form]) => !form.test(answer.headers.get(name) ?? ""))
    .map(([name]) => name);
  if (answer.status === 200 && !policy.test(answer.headers.get("content-security-policy") ?? "")) {
    missing.push("content-security-policy");
  }
  if (missing.length > 0) return notMet(`missing or weak: ${missing.join(", ")}`);
  const served = answer.status === 200 ? "and its content security policy" : "; no web app is served here";
  return met(`${Object.keys(wanted).join(", ")} ${served}`);
};

/** TLS, or not over any network. */
export const transport: Check = async ({ relayUrl, logUrl }): Promise<Outcome> => {
  const plain = [relayUrl, logUrl].filter((url) => new URL(url).protocol !== "https:");
  for (const url of [relayUrl, logUrl]) await ask(`${url}/healthz`);
  if (plain.length === 0) return met("relay and log answer over TLS with certificates that hold");
  const away = plain.filter((url) => !loopback.test(new URL(url).hostname));
  return away.length > 0
    ? notMet(`without TLS over a network: ${away.join(", ")}`)
    : partial("relay and log were asked on this machine, without TLS; ask under their public names");
};

async function ask(url: string, token?: string): Promise<Response> {
  const sent = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(url, { headers: sent, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: unknown) => {
      const message = `${new URL(url).origin} does not answer, or its certificate does not hold`;
      throw new BaseError("Unavailable", "COMPLY_UNREACHABLE", message, { cause });
    },
  );
}
