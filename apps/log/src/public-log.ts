import { BaseError } from "@cloister/bytes";
import { parseCheckpointText, type TransparencyLog } from "@cloister/transparency";
import { parseNote } from "@cloister/transparency/note";
import { entryBundle, parseTilePath, tileWidth } from "@cloister/transparency/tiles";
import { formatTlogProof } from "@cloister/transparency/witnessing";
import type { Context, Hono } from "hono";
import { decode, leafQuery, parse, requireReader } from "./request.ts";

const text = { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
const forever = "max-age=31536000, immutable";

/** What these routes need of the log. */
export interface PublicLog {
  readonly log: TransparencyLog;
  readonly readerToken?: string;
  /** Where witnesses are asked: their checkpoint is the one that is published. */
  readonly witnessing?: { latest(): string | undefined };
}

/**
 * The log as C2SP tlog-tiles and tlog-proof have it. Checkpoint and tiles are public, since hashes of salted
 * leaves say nothing; entries are for readers.
 */
export function addPublicLog(app: Hono, input: PublicLog): void {
  const { log, readerToken } = input;
  app.get("/checkpoint", async (context) => context.body(await published(input), 200, text));

  // Before the tiles: `entries` is no level.
  app.get("/tile/entries/:path{.+}", async (context) => {
    requireReader(context, readerToken);
    const range = parseTilePath(context.req.param("path"));
    const leaves = await log.leaves(range.start, range.width);
    return octets(context, entryBundle(leaves, range), "private, no-store");
  });
  app.get("/tile/:level{[0-9]}/:path{.+}", async (context) => {
    const range = parseTilePath(context.req.param("path"));
    const tile = await log.tile(Number(context.req.param("level")), range);
    return octets(context, tile, range.width === tileWidth ? `public, ${forever}` : "public, max-age=60");
  });

  app.get("/v1/proof/published", async (context) => {
    const query = parse(leafQuery, context.req.query());
    const index = "index" in query ? Number(query.index) : await log.indexOf(decode(query.hash));
    const checkpoint = await published(input);
    const { size } = parseCheckpointText(parseNote(checkpoint).unverifiedText);
    if (index === undefined || index >= size) {
      throw new BaseError("Usage", "NOT_FOUND", "the published checkpoint does not cover it (yet)");
    }
    const proof = await log.proveInclusion(index, size);
    return context.body(formatTlogProof({ index, proof, checkpoint }), 200, text);
  });
}

/** @throws BaseError `NOT_WITNESSED` */
async function published({ log, witnessing }: PublicLog): Promise<string> {
  if (witnessing === undefined) return log.checkpoint();
  const latest = witnessing.latest();
  if (latest !== undefined) return latest;
  throw new BaseError("Unavailable", "NOT_WITNESSED", "no quorum of witnesses has cosigned yet; try again");
}

function octets(context: Context, bytes: Uint8Array<ArrayBuffer>, caching: string): Response {
  return context.body(bytes, 200, { "Content-Type": "application/octet-stream", "Cache-Control": caching });
}
