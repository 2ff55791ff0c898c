/** Rows invented from a schema alone, to choose settings on: no table of patients is in them. */
import { type Dataset, inputsCountOf, type TableSchema } from "../src/training/index.ts";

/**
 * Independent columns, values that come up with falling chances, a label by a random linear rule with about
 * as much noise as readmission has.
 */
export function inventRows(schema: TableSchema, rowsCount: number, random: () => number): Dataset {
  const inputsCount = inputsCountOf(schema);
  const weights = Float64Array.from(
    { length: inputsCount },
    () => (random() + random() + random() - 1.5) * 0.45,
  );
  const features = new Float32Array(rowsCount * inputsCount);
  const labels = new Uint16Array(rowsCount);
  for (let row = 0; row < rowsCount; row += 1) {
    let at = row * inputsCount;
    for (const feature of schema.features) {
      if ("values" in feature || "ranges" in feature) {
        const width = "values" in feature ? feature.values.length : feature.ranges.length;
        // One place more: none of them.
        const place = Math.floor(random() ** 2 * (width + 1));
        if (place < width) features[at + place] = 1;
        at += width;
      } else {
        features[at] = random() * random();
        at += 1;
      }
    }
    let sum = 0;
    for (const [j, weight] of weights.entries()) sum += weight * (features[row * inputsCount + j] ?? 0);
    labels[row] = Number(random() < 1 / (1 + Math.exp(-sum)));
  }
  return { features, labels };
}
