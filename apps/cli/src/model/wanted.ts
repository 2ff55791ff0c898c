import { BaseError } from "@cloister/bytes";
import { catalogue, type Wanted } from "@cloister/model-llama/weights";

/**
 * What to pull for a name: what the catalogue says, or weights of one's own, which need a file and a digest.
 * @throws BaseError `MODEL_UNKNOWN`, `MODEL_DIGEST_TWICE`
 */
export function wantedWeights(
  name: string,
  own: { readonly from?: string; readonly sha256?: string },
): Wanted {
  const known = catalogue.find((entry) => entry.name === name);
  if (known && own.sha256 !== undefined && own.sha256 !== known.digest) {
    throw new BaseError(
      "Usage",
      "MODEL_DIGEST_TWICE",
      `the digest of ${name} is known already: leave out --sha256`,
    );
  }
  if (known) return known;
  if (own.from !== undefined && own.sha256 !== undefined) return { name, digest: own.sha256 };
  const names = catalogue.map((entry) => entry.name).join(", ");
  throw new BaseError(
    "Usage",
    "MODEL_UNKNOWN",
    `${name} is not in the catalogue (${names}); for weights of your own give --from and --sha256`,
  );
}
