import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { BaseError } from "@cloister/bytes";
import type { Context } from "hono";
import { contentSecurityPolicy } from "./headers.ts";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const compressible = /^(text|application\/(json|manifest|wasm)|image\/svg)/;
/** Vite puts a hash into these names: the same name is the same content for ever. */
const hashed = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.\w+$/;

interface WebFile {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly gzip?: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The built web app, read once: a request can only name what was there at the start, so no path leads
 * anywhere else. Any other page is the app's first page.
 * @throws BaseError `WEB_DIR_INVALID`
 */
export async function loadWebFiles(
  dir: string,
  policy: { readonly logUrl: string },
): Promise<(context: Context) => Response | undefined> {
  const files = await readFiles(dir, contentSecurityPolicy(policy));
  const index = files.get("/index.html");
  if (!index) throw new BaseError("Usage", "WEB_DIR_INVALID", "the web folder has no index.html; build it");
  return (context) => {
    const { path } = context.req;
    const isPage = extname(path) === "" && !path.startsWith("/v1/");
    const file = files.get(path) ?? (isPage ? index : undefined);
    return file && answer(context, file);
  };
}

async function readFiles(dir: string, csp: string): Promise<ReadonlyMap<string, WebFile>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new BaseError("Usage", "WEB_DIR_INVALID", "the web folder cannot be read", { cause });
  });
  const files = new Map<string, WebFile>();
  for (const entry of entries) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(dir.length).split(sep).join("/").replace(/^\/*/, "/");
    files.set(path, webFile({ path, type, csp, content: new Uint8Array(await readFile(file)) }));
  }
  return files;
}

function webFile(input: {
  readonly path: string;
  readonly type: string;
  readonly csp: string;
  readonly content: Uint8Array<ArrayBuffer>;
}): WebFile {
  const { path, type, csp, content } = input;
  return {
    content,
    ...(compressible.test(type) && { gzip: new Uint8Array(gzipSync(content)) }),
    headers: {
      "Content-Type": type,
      "Content-Security-Policy": csp,
      "Cache-Control": hashed.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`,
      Vary: "Accept-Encoding",
    },
  };
}

function answer(context: Context, file: WebFile): Response {
  for (const [name, value] of Object.entries(file.headers)) context.header(name, value);
  if (context.req.header("If-None-Match") === file.headers["ETag"]) return context.body(null, 304);
  const takesGzip = context.req.header("Accept-Encoding")?.includes("gzip") === true;
  if (!file.gzip || !takesGzip) return context.body(file.content);
  context.header("Content-Encoding", "gzip");
  return context.body(file.gzip);
}
