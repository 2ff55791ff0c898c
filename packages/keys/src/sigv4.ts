/** AWS Signature Version 4, for the client of AWS KMS and for services that speak its protocol. */
import { equalBytes, fromHex, toHex, toUtf8 } from "@cloister/bytes";
import { hmacSha256, sha256 } from "@cloister/crypto";

const ALGORITHM = "AWS4-HMAC-SHA256";

/** Who signs. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** A request before it is signed. Its headers are all signed; their names are in lower case. */
export interface SignableRequest {
  readonly method: string;
  readonly host: string;
  /** In canonical form; `/` unless told. */
  readonly path?: string;
  /** In canonical form: sorted, encoded. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Where and when a signature is good. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
  readonly atMs: number;
}

/** The headers to send: those given, `x-amz-date`, the session token and `authorization`. */
export function signRequest(
  request: SignableRequest,
  credentials: AwsCredentials,
  scope: SigningScope,
): Readonly<Record<string, string>> {
  const { sessionToken, accessKeyId } = credentials;
  const headers = {
    ...request.headers,
    "x-amz-date": amzDate(scope.atMs),
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys({ ...headers, host: "" }).toSorted();
  const signature = toHex(signatureOf({ ...request, headers }, { credentials, scope, names }));
  const credential = `${accessKeyId}/${credentialScope(scope)}`;
  const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** Clocks may differ by five minutes, as at AWS. */
const MAX_SKEW_MS = 300_000;
const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=([\w-]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/**
 * Whether a request was signed by somebody known, now, with its target among what was signed. Headers are
 * attacker-controlled.
 */
export function isSigned(
  request: SignableRequest,
  expected: SigningScope & { readonly credentials: (accessKeyId: string) => AwsCredentials | undefined },
): boolean {
  const match = authorizationForm.exec(request.headers["authorization"] ?? "");
  if (!match) return false;
  const [, accessKeyId = "", , region, service, signedHeaders = "", signature = ""] = match;
  const credentials = expected.credentials(accessKeyId);
  const date = request.headers["x-amz-date"] ?? "";
  const atMs = readAmzDate(date);
  const names = signedHeaders.split(";");
  const covers = ["host", "x-amz-date", "x-amz-target"].every((name) => names.includes(name));
  if (!credentials || !covers || atMs === undefined || Math.abs(expected.atMs - atMs) > MAX_SKEW_MS)
    return false;
  if (region !== expected.region || service !== expected.service) return false;
  const scope = { region, service, atMs };
  return equalBytes(signatureOf(request, { credentials, scope, names }), fromHex(signature));
}

interface Signing {
  readonly credentials: AwsCredentials;
  readonly scope: SigningScope;
  readonly names: readonly string[];
}

function signatureOf(request: SignableRequest, { credentials, scope, names }: Signing): Uint8Array {
  const headers: Readonly<Record<string, string>> = { ...request.headers, host: request.host };
  const canonical = [
    request.method,
    request.path ?? "/",
    request.query ?? "",
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names.join(";"),
    toHex(sha256(request.body)),
  ].join("\n");
  const digest = toHex(sha256(toUtf8(canonical)));
  const text = [ALGORITHM, amzDate(scope.atMs), credentialScope(scope), digest].join("\n");
  const steps = [...credentialScope(scope).split("/"), text];
  return steps.reduce<Uint8Array>(
    (key, step) => hmacSha256(key, toUtf8(step)),
    toUtf8(`AWS4${credentials.secretAccessKey}`),
  );
}

function credentialScope({ atMs, region, service }: SigningScope): string {
  return `${amzDate(atMs).slice(0, 8)}/${region}/${service}/aws4_request`;
}

function amzDate(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function readAmzDate(text: string): number | undefined {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second);
  return parts.length > 0 && amzDate(atMs) === text ? atMs : undefined;
}
