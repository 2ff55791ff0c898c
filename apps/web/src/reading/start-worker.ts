// Not imported: a declaration of modules is seen where it is named.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./worker-address.d.ts" />
// The bundler makes the address of it.
// oxlint-disable-next-line import/default
import address from "./worker.ts?worker&url";

/** As much of Trusted Types as is needed; browsers without them take the address as it is. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };

/** The page's policy allows this name once, so nobody can make another; this one lets one address through. */
const policy = trustedTypes?.createPolicy("reading", { createScriptURL: () => address });

/** Starts the worker that reads what is being written. */
export function startWorker(): Worker {
  return new Worker(policy?.createScriptURL(address) ?? address, { type: "module" });
}
