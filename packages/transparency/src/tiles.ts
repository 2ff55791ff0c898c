import { concatBytes, uint16 } from "@cloister/bytes";
import { broken } from "./rules.ts";
import type { HashReader } from "./tree.ts";

/** How many hashes or entries a full tile has. */
export const tileWidth = 256;
const tileLevels = 8;
const maxTileLevel = 6; // 256^7 leaves are more than 2^53

/** Which hashes or entries a tile has (C2SP tlog-tiles). */
export interface TileRange {
  /** Number of the first. */
  readonly start: number;
  readonly width: number;
}

/**
 * Reads the end of a tile's path: `x001/x234/067` or `067.p/112`.
 * @throws BaseError `TILE_MISSING` when it is no tile's
 */
export function parseTilePath(path: string): TileRange {
  const [, folders, last, partial] =
    /^((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path) ?? [];
  if (folders === undefined || last === undefined) throw broken("TILE_MISSING");
  const index = Number(`${folders.replaceAll(/[x/]/g, "")}${last}`);
  const width = partial === undefined ? tileWidth : Number(partial);
  const isShortest = formatTileIndex(index) === `${folders}${last}`;
  if (!isShortest || (partial !== undefined && width >= tileWidth)) throw broken("TILE_MISSING");
  return { start: index * tileWidth, width };
}

function formatTileIndex(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/[0-9]{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

/**
 * The hashes of a tile of a tree of `size` leaves, one after the other.
 * @throws BaseError `TILE_MISSING` when the tree has not all of them
 */
export async function readTile(
  reader: HashReader,
  tile: TileRange & { readonly level: number; readonly size: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const { level, start, width, size } = tile;
  if (level > maxTileLevel || start + width > Math.floor(size / tileWidth ** level))
    throw broken("TILE_MISSING");
  const ids = Array.from({ length: width }, (_, at) => ({ level: level * tileLevels, index: start + at }));
  return concatBytes(...(await reader.hashes(ids)));
}

/** An entry bundle: each leaf after its length as uint16. @throws BaseError `TILE_MISSING` */
export function entryBundle(leaves: readonly Uint8Array[], { width }: TileRange): Uint8Array<ArrayBuffer> {
  if (leaves.length < width) throw broken("TILE_MISSING");
  return concatBytes(...leaves.flatMap((leaf) => [uint16(leaf.length), leaf]));
}
