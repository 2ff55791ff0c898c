import { createWriteStream } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BaseError } from "@cloister/bytes";
import { type Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "../options.ts";
import { exitCode, progress } from "../output.ts";
import { type WhereOptions, withWhere } from "./audit-where.ts";

interface ExportOptions extends WhereOptions {
  readonly format: "fhir" | "ocsf" | "otel" | "atna";
  readonly from: number;
  readonly out?: string;
  readonly syslog?: { readonly host: string; readonly port: number };
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export function addAuditExport(audit: Command): void {
  withWhere(audit.command("export"))
    .description("verify the log, then write its entries in another system's format")
    .addOption(
      new Option("--format <name>", "FHIR AuditEvent, OCSF or OpenTelemetry lines; ATNA syslog frames")
        .choices(["fhir", "ocsf", "otel", "atna"])
        .makeOptionMandatory(),
    )
    .option("--from <index>", "first entry", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--out <file>", "where to write; else to standard output")
    .option("--syslog <host:port>", "send ATNA messages over TLS (RFC 5425) instead", hostAndPort)
    .option("--ca <file>", "PEM of whom to trust there")
    .option("--cert <file>", "PEM of this sender's certificate")
    .option("--key <file>", "PEM of its key")
    .addHelpText("after", "\nExports nothing and exits with 1 when the log does not verify.")
    .action(run);
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host, port] = /^([^\s:]+):([0-9]{1,5})$/.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new InvalidArgumentError("Use a name and a port, such as arr.example:6514.");
}

async function run(options: ExportOptions): Promise<void> {
  if (options.syslog !== undefined && options.format !== "atna") {
    throw new BaseError("Usage", "AUDIT_OPTIONS", "--syslog goes with --format atna");
  }
  const [{ audit }, { locateLog }, { exportEntries }] = await Promise.all([
    import("../audit/verify.ts"),
    import("../audit/locate.ts"),
    import("../audit/export/export.ts"),
  ]);
  const { source, vkey, name } = await locateLog({ ...options, dataDir: resolve(options.data) });
  try {
    const keptFile = join(resolve(options.data), "audit", `${name}.checkpoint`);
    const result = await audit({ source, vkey, keptFile });
    if (!result.verified) {
      progress(`NOT VERIFIED: ${result.reason}: ${result.rule}`);
      process.exitCode = exitCode.failed;
      return;
    }
    const { format, from } = options;
    await deliver(exportEntries({ source, vkey, format, from }), options);
  } finally {
    await source.close();
  }
}

async function deliver(records: AsyncIterable<string>, options: ExportOptions): Promise<void> {
  const { syslog, out, ca, cert, key } = options;
  if (syslog === undefined) {
    const target = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
    await pipeline(Readable.from(records), target, { end: out !== undefined });
    return;
  }
  const { sendSyslog } = await import("../audit/export/syslog.ts");
  const count = await sendSyslog(records, {
    ...syslog,
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
  });
  progress(`sent ${count} messages to ${syslog.host}:${syslog.port}`);
}
