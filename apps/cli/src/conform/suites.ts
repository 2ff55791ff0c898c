import { BaseError } from "@cloister/bytes";
import type { Suite } from "./driver.ts";
import type { Fields } from "./fields.ts";

/** What a suite may need from the command line. */
export interface SuiteOptions {
  /** Knowledge index, a file or the folder that `kb build` wrote. */
  readonly index?: string;
  /** How much the detector of identifiers masks. */
  readonly mode?: "balanced" | "strict";
}

/** Each suite loads only what it drives. */
const suites = {
  attestation: async () => {
    const { conformAttestation } = await import("./attestation.ts");
    return conformAttestation;
  },
  deid: async ({ mode = "balanced" }) => {
    const { deidSuite } = await import("./deid.ts");
    return deidSuite(mode);
  },
  dp: async () => {
    const { conformDp } = await import("./dp.ts");
    return conformDp;
  },
  protocol: async () => {
    const [{ ProtocolSuite }, { systemRandom }] = await Promise.all([
      import("./protocol.ts"),
      import("@cloister/crypto/random"),
    ]);
    const suite = new ProtocolSuite(systemRandom, Date.now);
    return (request) => suite.answer(request as Fields);
  },
  pseudonymise: async ({ mode = "balanced" }) => {
    const { pseudonymiseSuite } = await import("./deid.ts");
    return pseudonymiseSuite(mode);
  },
  retrieve: async ({ index: path }) => {
    if (path === undefined) {
      throw new BaseError(
        "Usage",
        "INDEX_REQUIRED",
        "suite retrieve needs --index, made by `cloister kb build`",
      );
    }
    const [{ conformRetrieve }, { openIndex }] = await Promise.all([
      import("@cloister/retrieval"),
      import("../kb/open.ts"),
    ]);
    const index = await openIndex(path);
    return (request) => conformRetrieve(index, request);
  },
  route: async () => {
    const { routeSuite } = await import("./route.ts");
    return routeSuite;
  },
  safety: async () => {
    const { conformSafety } = await import("@cloister/safety");
    return conformSafety;
  },
  transparency: async () => {
    const { conformTransparency } = await import("@cloister/transparency");
    return conformTransparency;
  },
} as const satisfies Record<string, (options: SuiteOptions) => Promise<Suite>>;

export type SuiteName = keyof typeof suites;

export const suiteNames = Object.keys(suites) as readonly SuiteName[];

/** @throws BaseError `INDEX_REQUIRED`, or as the index's reader */
export async function loadSuite(name: SuiteName, options: SuiteOptions): Promise<Suite> {
  return suites[name](options);
}
