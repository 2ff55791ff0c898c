/** How suite `protocol` writes what the protocol package speaks of. */
import { BaseError, fromHex, toBase64 } from "@cloister/bytes";
import { type Grade, grades, type PreKeyBundle } from "@cloister/protocol";
import { bytesField, type Fields, hasField, integerField } from "./fields.ts";

/** What an account accepts at least. @throws BaseError `MINIMUM_UNKNOWN` */
export function minimumField(request: Fields): Grade {
  if (!hasField(request, "minimum")) return "spqr";
  const minimum = grades.find((grade) => grade === request["minimum"]);
  if (minimum) return minimum;
  throw new BaseError("Usage", "MINIMUM_UNKNOWN", "minimum is v3, pqxdh or spqr (the default)");
}

/** An account's UUID, or one of a phone number's identity behind "PNI:". */
export function serviceId(name: string): Uint8Array | undefined {
  const parts = /^(PNI:)?([\da-f]{8})-([\da-f]{4})-([\da-f]{4})-([\da-f]{4})-([\da-f]{12})$/i.exec(name);
  if (!parts) return undefined;
  const [, kind, ...groups] = parts;
  return fromHex(`${kind ? "01" : "00"}${groups.join("").toLowerCase()}`);
}

const bundleBytes = [
  "identityKey",
  "preKey",
  "signedPreKey",
  "signedPreKeySignature",
  "kyberPreKey",
  "kyberPreKeySignature",
] as const;
const bundleIntegers = ["registrationId", "deviceId", "preKeyId", "signedPreKeyId", "kyberPreKeyId"] as const;

/** A bundle in the suite's shape. */
export function bundleToJson(bundle: PreKeyBundle): object {
  const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
  return Object.fromEntries(
    Object.entries(bundle).map(([key, value]: [string, unknown]) => [
      key,
      isBytes(value) ? toBase64(value) : value,
    ]),
  );
}

/** What is absent stays absent: which fields a bundle needs is the protocol's to say. */
export function bundleFromJson(fields: Fields): PreKeyBundle {
  const present = <K extends string>(keys: readonly K[]) => keys.filter((key) => hasField(fields, key));
  return Object.fromEntries<unknown>([
    ...present(bundleBytes).map((key) => [key, bytesField(fields, key)] as const),
    ...present(bundleIntegers).map((key) => [key, integerField(fields, key)] as const),
  ]) as unknown as PreKeyBundle;
}
