import { basename, resolve } from "node:path";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import type { DocumentFormat } from "@cloister/deid/formats";
import { type Command, Option } from "commander";
import type { VaultFile } from "../deid/files.ts";
import { say } from "../output.ts";

interface DeidOptions {
  readonly format?: DocumentFormat;
  readonly mode: "balanced" | "strict";
  readonly dates: "shift" | "year";
  readonly out?: string;
  readonly vault?: string;
  readonly vaultKey?: string;
  readonly restore: boolean;
  readonly spans: boolean;
  readonly json: boolean;
}

export function addDeidCommand(program: Command): void {
  program
    .command("deid")
    .description(
      "replace the identifiers of a document, or put them back: text, JSON, CSV, FHIR, HL7 version 2",
    )
    .argument("[file]", "the document, UTF-8; - or none: standard input", "-")
    .addOption(
      new Option("--format <format>", "how it is written; by its name and beginning unless given").choices([
        "text",
        "json",
        "csv",
        "fhir",
        "hl7",
      ]),
    )
    .addOption(
      new Option("--mode <mode>", "strict finds more, and masks more in vain")
        .choices(["balanced", "strict"])
        .default("balanced"),
    )
    .addOption(
      new Option("--dates <how>", "move all by the same weeks, or leave years only (Safe Harbor's letter)")
        .choices(["shift", "year"])
        .default("shift"),
    )
    .option("--out <file>", "write the document there, whole or not at all; standard output unless given")
    .option("--vault <file>", "keep what leads back, sealed; continue it where it is there")
    .option("--vault-key <file>", "the key of the vault, made at first use; <vault>.key unless given")
    .option("--restore", "put the originals of the vault back", false)
    .option("--spans", "print where identifiers stand and which, as JSON, instead of the document", false)
    .option("--json", "print the summary as JSON", false)
    .addHelpText(
      "after",
      `
The summary goes to standard output with --out, else to standard error. Whoever has the vault and its key can
undo everything: keep them apart from the documents. Pictures and what is in them are removed, not searched.
No tool finds everything: look through what you give away.

Examples:
  cloister deid note.txt --mode strict --out note.deid.txt
  cloister deid bundle.json --vault case.vault --out bundle.deid.json
  cloister deid bundle.deid.json --restore --vault case.vault`,
    )
    .action(run);
}

async function run(file: string, options: DeidOptions): Promise<void> {
  const vault = vaultOf(options);
  if (options.restore && (vault === undefined || options.spans))
    throw new BaseError("Usage", "DEID_OPTIONS", "--restore needs --vault, and prints no spans");
  const [{ readDocument }, { formatOf }] = await Promise.all([
    import("../deid/files.ts"),
    import("@cloister/deid/formats"),
  ]);
  const source = await readDocument(file);
  const format = options.format ?? formatOf(source, basename(file));
  if (vault !== undefined && options.restore) return restore({ source, format, vault, options });
  return deidentify({ source, format, vault, options });
}

function vaultOf({ vault, vaultKey }: DeidOptions): VaultFile | undefined {
  if (vault === undefined) return undefined;
  return { file: resolve(vault), keyFile: resolve(vaultKey ?? `${vault}.key`) };
}

interface Work {
  readonly source: string;
  readonly format: DocumentFormat;
  readonly options: DeidOptions;
}

async function deidentify({
  source,
  format,
  vault: at,
  options,
}: Work & { readonly vault: VaultFile | undefined }): Promise<void> {
  const [{ openVault, saveVault }, { deidentifyDocument }] = await Promise.all([
    import("../deid/files.ts"),
    import("@cloister/deid/formats"),
  ]);
  const { mode, dates } = options;
  const vault = await openVault(at);
  const { text, spans } = deidentifyDocument(source, format, {
    vault,
    mode,
    dates,
    year: new Date().getUTCFullYear(),
  });
  // First what leads back, so that no document is ever without it.
  if (at !== undefined) await saveVault(vault, at);
  const counts: Record<string, number> = {};
  for (const { label } of spans) counts[label] = (counts[label] ?? 0) + 1;
  await write(text, options);
  if (options.spans) say(JSON.stringify({ format, spans }));
  const total = spans.length;
  summarise(options, { format, mode, dates, total, counts }, [
    `${total} identifiers replaced in ${format} (${mode}, dates: ${dates})`,
    ...Object.entries(counts).map(([label, count]) => `${String(count).padStart(8)}  ${label}`),
  ]);
}

async function restore({
  source,
  format,
  vault: at,
  options,
}: Work & { readonly vault: VaultFile }): Promise<void> {
  const [{ openVault }, { restoreDocument }, { exists }] = await Promise.all([
    import("../deid/files.ts"),
    import("@cloister/deid/formats"),
    import("../files.ts"),
  ]);
  if (!(await exists(at.file)))
    throw new BaseError("Usage", "VAULT_MISSING", `${at.file} is not there; say --vault`);
  const text = restoreDocument(source, format, await openVault(at));
  await write(text, options);
  summarise(options, { format, restored: text !== source }, [`restored from the vault (${format})`]);
}

async function write(text: string, { out, spans }: DeidOptions): Promise<void> {
  const { writeAtomically } = await import("@cloister/keys-file");
  if (out !== undefined) await writeAtomically(resolve(out), text);
  else if (!spans) process.stdout.write(text);
}

function summarise({ out, spans, json }: DeidOptions, value: object, lines: readonly string[]): void {
  const stream = out !== undefined && !spans ? process.stdout : process.stderr;
  for (const line of json ? [JSON.stringify(value)] : lines) stream.write(`${line}\n`);
}
