import { type DetectionMode, detect } from "../detect.ts";
import type { IdentifierLabel, Span } from "../labels.ts";
import type { Mention, Vault } from "../vault.ts";
import { moveMachineDate, yearLike, yearOf } from "./machine-dates.ts";
import type { Content, Decoded, Region } from "./region.ts";

/** How to de-identify a document. */
export interface Masking {
  /** Learns the identifiers of the document; dates move by its shift. */
  readonly vault: Vault;
  readonly mode: DetectionMode;
  /** `shift` keeps order and intervals and can be undone; `year` is the letter of 164.514(b)(2)(i)(C). */
  readonly dates: "shift" | "year";
  /** The present year: whoever was born 90 years before it or earlier is "90 or older". */
  readonly year: number;
}

/** A part of a document that was replaced: UTF-16 code units of the document as given. */
interface Edit extends Span {
  readonly by: string;
}

/** A document without its identifiers. */
export interface Masked {
  readonly text: string;
  /** In order, in UTF-16 code units of the document as given. */
  readonly spans: readonly Span[];
}

const OLDEST_AGE = 90;
/** What forms say where nothing is known. */
const NOTHING_KNOWN =
  /^\s*(?:n\/?a|none|null|nil|unknown|not (?:known|given|recorded)|missing|anonymous)\s*$/i;
/** A field's name before its value, as a form would show it. */
const contextOf = (name: string) => `${name}: `;

/**
 * Replaces what identifies in the regions and nothing else. What a place declares comes first, so that the names
 * of a patient are known wherever they stand in the texts.
 */
export function maskRegions(source: string, regions: readonly Region[], masking: Masking): Masked {
  const declared = regions.filter(({ content }) => content.type !== "text");
  const texts = regions.filter(({ content }) => content.type === "text");
  const edits = [...declared, ...texts]
    .flatMap((region) => editsOf(source, region, masking))
    .sort((a, b) => a.start - b.start);
  return {
    text: splice(source, edits),
    spans: edits.map(({ start, end, label }) => ({ start, end, label })),
  };
}

/** Puts the originals of the vault back into the regions; what a vault does not know stays. */
export function restoreRegions(source: string, regions: readonly Region[], vault: Vault): string {
  const edits = regions.flatMap(({ start, end, content, coding }): Edit[] => {
    const raw = source.slice(start, end);
    const { read, write } = coding.back ?? coding;
    const { text } = read(raw);
    const original =
      (content.type === "date" ? moveMachineDate(text, -vault.dateShiftWeeks) : undefined) ??
      vault.reidentify(text).text;
    return original === text ? [] : [{ start, end, label: "OTHER_ID", by: write(original, raw) }];
  });
  return splice(source, edits);
}

function splice(source: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, by } of edits) {
    // What lies in a part that was replaced went with it.
    if (start < from) continue;
    pieces.push(source.slice(from, start), by);
    from = end;
  }
  return pieces.join("") + source.slice(from);
}

function editsOf(source: string, region: Region, masking: Masking): Edit[] {
  const { start, end, content, coding } = region;
  const raw = source.slice(start, end);
  if (content.type === "removed")
    return raw === content.by ? [] : [{ start, end, label: content.label, by: content.by }];
  const decoded = coding.read(raw);
  const whole = wholeOf(decoded.text, content, masking);
  if (whole !== undefined) {
    const isSame = whole.by === decoded.text;
    return isSame ? [] : [{ start, end, label: whole.label, by: coding.write(whole.by, raw) }];
  }
  const mentions = mentionsOf(decoded.text, content, masking);
  if (coding.isWhole === true && mentions.length > 0) {
    const label = mentions[0]?.label ?? "OTHER_ID";
    return [{ start, end, label, by: coding.write(splice(decoded.text, mentions), raw) }];
  }
  return mentions.map((mention) => {
    const [from, to] = rawRange(decoded, mention);
    return {
      start: start + from,
      end: start + to,
      label: mention.label,
      by: coding.write(mention.by, raw.slice(from, to)),
    };
  });
}

function rawRange({ offsets }: Decoded, { start, end }: Span): readonly [number, number] {
  return offsets === undefined ? [start, end] : [offsets[start] ?? start, offsets[end] ?? end];
}

/** What a date or an age becomes as a whole; undefined for anything else. */
function wholeOf(
  text: string,
  content: Content,
  { vault, dates, year }: Masking,
): { readonly by: string; readonly label: IdentifierLabel } | undefined {
  if (content.type === "age")
    return { label: "AGE90", by: Number.parseFloat(text) >= OLDEST_AGE ? String(OLDEST_AGE) : text };
  if (content.type !== "date") return undefined;
  const given = yearOf(text);
  const oldest = year - OLDEST_AGE;
  if (given !== undefined && (content.isBirth === true || dates === "year") && given <= oldest)
    return { label: "AGE90", by: yearLike(oldest, text) };
  if (dates === "year") return given === undefined ? undefined : { label: "DATE", by: yearLike(given, text) };
  const by = moveMachineDate(text, vault.dateShiftWeeks);
  return by === undefined ? undefined : { label: "DATE", by };
}

function mentionsOf(text: string, content: Content, masking: Masking): Edit[] {
  if (!/[\p{L}\p{N}]/u.test(text)) return [];
  const { mentions } = masking.vault.replace(text, identifiersIn(text, content, masking.mode));
  return mentions.flatMap((mention) => {
    const by = replacement(mention, masking);
    return by === mention.original
      ? []
      : [{ start: mention.start, end: mention.end, label: mention.label, by }];
  });
}

function identifiersIn(text: string, content: Content, mode: DetectionMode): Span[] {
  const all = (label: IdentifierLabel) => [{ start: 0, end: text.length, label }];
  if (content.type === "identifier") return NOTHING_KNOWN.test(text) ? [] : all(content.label);
  if (content.type === "date" && /\d/.test(text)) return all("DATE");
  const context = content.type === "text" && content.context !== undefined ? contextOf(content.context) : "";
  return detect(context + text, mode)
    .map(({ start, end, label }) => ({
      start: Math.max(0, start - context.length),
      end: end - context.length,
      label,
    }))
    .filter(({ start, end }) => end > start);
}

function replacement({ label, original, surrogate }: Mention, { dates, year }: Masking): string {
  if (label !== "DATE" || dates === "shift") return surrogate;
  const given = yearOf(original);
  return given === undefined ? "[date]" : String(Math.max(given, year - OLDEST_AGE));
}
