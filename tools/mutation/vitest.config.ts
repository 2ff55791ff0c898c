import { defineConfig } from "vitest/config";

/** The tests of the protocol's core, with fewer random cases: each mutant runs them again. */
export default defineConfig({
  test: {
    include: ["packages/protocol/src/*.test.ts", "packages/protocol/src/spqr/spqr.test.ts"],
    exclude: ["**/{readme,deniability,first-message}*.test.ts"],
    setupFiles: ["tools/mutation/few-runs.ts"],
    testTimeout: 30_000,
  },
});
