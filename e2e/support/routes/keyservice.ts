import type { KeyProvider } from "@cloister/keys";
import { signRequest } from "@cloister/keys/sigv4";
import { createHttp } from "../../../apps/keyservice/src/http.ts";
import type { Caller, Service } from "./matrix.ts";

const region = "eu-central-1";
const host = "keys.example";
const known = { accessKeyId: "ENCLAVE", secretAccessKey: "secret" };
const refusals = new Set(["InvalidSignatureException", "AccessDeniedException"]);

/** The key service. Its protocol, AWS's, refuses with 400 and a name. */
export function keyService(): Service {
  const app = createHttp({
    keys: new Map([["clinic", { provider: untouched, tenant: "clinic", policy }]]),
    log: { append: async () => undefined },
    now: Date.now,
    region,
    credentials: (id) => (id === known.accessKeyId ? known : undefined),
  });
  return {
    name: "keyservice",
    app,
    open: {},
    send: async ({ path, init }) => app.request(`http://${host}${path}`, init),
    attempts: async (caller) =>
      ["GenerateDataKey", "Decrypt"].map((operation) => ({
        path: "/",
        init: { method: "POST", ...signedBy(caller, operation) },
      })),
    isRefusal: async (answer) => {
      const { __type } = (await answer.json()) as { readonly __type?: string };
      return answer.status === 400 && refusals.has(__type ?? "");
    },
  };
}

const policy = { anchors: [], referenceValues: [], allowDebug: false, maxAgeMs: 1, maxFutureSkewMs: 1 };

/** Nobody in the matrix may bring the service as far as the key. */
const untouched = new Proxy({} as KeyProvider, {
  get: (_, name) => {
    throw new Error(`the key was reached for (${String(name)})`);
  },
});

function signedBy(caller: Caller, operation: string): Pick<RequestInit, "headers" | "body"> {
  const text = JSON.stringify({
    KeyId: "clinic",
    EncryptionContext: { tenant: "clinic", conversation: "c1", epoch: "0", version: "1" },
    ...(operation === "Decrypt" ? { CiphertextBlob: "AAAA" } : {}),
  });
  const body = new TextEncoder().encode(text);
  const headers = { host, "x-amz-target": `TrentService.${operation}` };
  if (caller === "nobody") return { headers, body };
  // A person here may hold the enclave's access key, and still has no evidence of an enclave.
  const isKnown = caller === "other patient" || caller === "not on the care team";
  const credentials = isKnown ? known : { ...known, accessKeyId: caller.replace(" ", "-") };
  const scope = { region, service: "kms", atMs: Date.now() };
  return { headers: signRequest({ method: "POST", host, headers, body }, credentials, scope), body };
}
