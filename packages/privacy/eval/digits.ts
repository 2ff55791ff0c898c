/** MNIST as features, for the tables. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Dataset } from "../src/training/index.ts";
import { hog, hogCount } from "./hog.ts";

const pixels = 28 * 28;

/** One row of HOG features for each image of 28 x 28 bytes. */
function featuresOf(images: Uint8Array): Float32Array {
  const count = images.length / pixels;
  const features = new Float32Array(count * hogCount);
  for (let at = 0; at < count; at += 1)
    features.set(hog(images.subarray(at * pixels, (at + 1) * pixels)), at * hogCount);
  return features;
}

/** The whole training or test set. */
export function readDigits(part: "train" | "test"): Dataset {
  const file = (kind: string) =>
    gunzipSync(
      readFileSync(new URL(`../../../../shared/data/training/mnist-${part}-${kind}.u8.gz`, import.meta.url)),
    );
  return { features: featuresOf(file("images")), labels: Uint16Array.from(file("labels")) };
}
