import type { Http } from "@cloister/client";

/** More than any answer of relay or log; beyond it the other end is broken or hostile. */
const maxBodyBytes = 16 * 1024 * 1024;

/** `fetch`, without cookies, caches, redirects or a referrer. */
export const platformHttp: Http = async ({ method, url, headers, body, timeoutMs }) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body && { body: new Uint8Array(body) }),
    signal: AbortSignal.timeout(timeoutMs),
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
  });
  return { status: response.status, body: await readBody(response) };
};

async function readBody({ body }: Response): Promise<Uint8Array> {
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > maxBodyBytes) {
      await reader.cancel();
      throw new RangeError("the answer is too long");
    }
    chunks.push(part.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
