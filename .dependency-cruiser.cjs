// The house's directions (ARCHITECTURE.md). Each rule is one sentence of it.
const domain =
  "^packages/(protocol|attestation|keys|transparency|deid|routing|safety|retrieval|answering|privacy|escrow|relay-core)/";
const notTest = "\\.test\\.tsx?$";
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-app-imports-an-app",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "no-adapter-imports-an-adapter",
      severity: "error",
      from: { path: "^adapters/([^/]+)/" },
      to: { path: "^adapters/", pathNot: "^adapters/$1/" },
    },
    {
      name: "no-domain-imports-a-domain",
      severity: "error",
      from: { path: domain, pathNot: notTest },
      to: { path: domain, pathNot: "^packages/$1/" },
    },
    {
      name: "packages-import-no-adapter-or-app",
      severity: "error",
      from: { path: "^packages/", pathNot: notTest },
      to: { path: "^(adapters|apps)/" },
    },
    {
      name: "adapters-import-no-app",
      severity: "error",
      from: { path: "^adapters/" },
      to: { path: "^apps/" },
    },
    {
      name: "bytes-imports-nothing",
      severity: "error",
      from: { path: "^packages/bytes/", pathNot: notTest },
      to: { pathNot: "^packages/bytes/" },
    },
    {
      name: "codec-imports-bytes",
      severity: "error",
      from: { path: "^packages/codec/", pathNot: notTest },
      to: { path: "^packages/", pathNot: "^packages/(codec|bytes)/" },
    },
    {
      name: "crypto-imports-bytes",
      severity: "error",
      from: { path: "^packages/crypto/", pathNot: notTest },
      to: { path: "^packages/", pathNot: "^packages/(crypto|bytes)/" },
    },
    {
      name: "contracts-imports-bytes-and-codec",
      severity: "error",
      from: { path: "^packages/contracts/", pathNot: notTest },
      to: { path: "^packages/", pathNot: "^packages/(contracts|bytes|codec)/" },
    },
    {
      name: "packages-are-pure",
      severity: "error",
      // Scripts that train weights or print figures run on Node and are no part of the package.
      from: {
        path: "^packages/",
        pathNot: "((\\.test\\.tsx?|\\.node\\.ts)$|^packages/[^/]+/(training|eval)/)",
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "only-test-code-imports-testkit",
      severity: "error",
      from: { pathNot: "(\\.test\\.tsx?$|/src/testing/|^packages/testkit/|^bench/|^e2e/)" },
      to: { path: "^packages/testkit/" },
    },
    {
      name: "nothing-undeclared",
      severity: "error",
      from: { pathNot: notTest },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsConfig: { fileName: "tsconfig.base.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "default", "node", "types"],
      extensions: [".ts", ".tsx", ".js"],
    },
  },
};
