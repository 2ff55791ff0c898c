import { fromUtf8, toUtf8 } from "@cloister/bytes";
import type { EifMetadata } from "./format.ts";
import { brokenEif, demandEif } from "./rules.ts";

const MAX_BYTES = 1_048_576;

/** JSON with the names and in the order that nitro-cli writes. */
export function encodeMetadata(metadata: EifMetadata): Uint8Array<ArrayBuffer> {
  const { imageName, imageVersion, buildTime, buildTool, buildToolVersion } = metadata;
  return toUtf8(
    JSON.stringify({
      ImageName: imageName,
      ImageVersion: imageVersion,
      BuildMetadata: {
        BuildTime: buildTime,
        BuildTool: buildTool,
        BuildToolVersion: buildToolVersion,
        OperatingSystem: metadata.operatingSystem,
        KernelVersion: metadata.kernelVersion,
      },
      DockerInfo: {},
      CustomMetadata: metadata.custom ?? {},
    }),
  );
}

/** Attacker-controlled, and shown to people only. @throws BaseError `EIF_METADATA` */
export function decodeMetadata(bytes: Uint8Array): EifMetadata {
  demandEif(bytes.length <= MAX_BYTES, "EIF_METADATA");
  const fields = objectOf(parse(bytes));
  const build = objectOf(fields["BuildMetadata"]);
  return {
    imageName: textOf(fields["ImageName"]),
    imageVersion: textOf(fields["ImageVersion"]),
    buildTime: textOf(build["BuildTime"]),
    buildTool: textOf(build["BuildTool"]),
    buildToolVersion: textOf(build["BuildToolVersion"]),
    operatingSystem: textOf(build["OperatingSystem"]),
    kernelVersion: textOf(build["KernelVersion"]),
    custom: customOf(fields["CustomMetadata"]),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    throw brokenEif("EIF_METADATA");
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  demandEif(typeof value === "object" && value !== null && !Array.isArray(value), "EIF_METADATA");
  return { ...value };
}

function textOf(value: unknown): string {
  demandEif(typeof value === "string", "EIF_METADATA");
  return value;
}

/** nitro-cli lets people add any JSON; what is no text is shown as JSON. */
function customOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value ?? {}));
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, typeof entry === "string" ? entry : JSON.stringify(entry)]),
  );
}
