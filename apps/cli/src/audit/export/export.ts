import { decodeLeaf, verifyCheckpoint } from "@cloister/transparency";
import type { LogSource } from "../source.ts";
import { toAtna } from "./atna.ts";
import { type ExportedEntry, exportedEntry } from "./entry.ts";
import { toFhir } from "./fhir.ts";
import { toOcsf } from "./ocsf.ts";
import { toOtel } from "./otel.ts";

/** How an entry becomes one record of a format: a line, or a frame of syslog over TLS. */
const writers = {
  fhir: (entry: ExportedEntry) => line(toFhir(entry)),
  ocsf: (entry: ExportedEntry) => line(toOcsf(entry)),
  otel: (entry: ExportedEntry) => line(toOtel(entry)),
  atna: toAtna,
} as const;

/** What an export can be. */
export type ExportFormat = keyof typeof writers;
export const exportFormats = Object.keys(writers) as ExportFormat[];

function line(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * The entries from number `from` on, each as one record. Verify the log before: this only checks signature and
 * form.
 */
export async function* exportEntries(input: {
  readonly source: LogSource;
  readonly vkey: string;
  readonly format: ExportFormat;
  readonly from: number;
}): AsyncGenerator<string> {
  const { source, vkey, format, from } = input;
  const { origin, size } = verifyCheckpoint(await source.checkpoint(), [vkey]);
  const write = writers[format];
  let index = from;
  for await (const leaf of source.leaves(size, from)) {
    if (index === size) return;
    yield write(exportedEntry({ origin, index, leaf, event: decodeLeaf(leaf).event }));
    index += 1;
  }
}
