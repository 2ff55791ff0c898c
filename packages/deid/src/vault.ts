import { BaseError, fromUtf8, toUtf8 } from "@cloister/bytes";
import { aesGcmOpen, aesGcmSeal, type Random } from "@cloister/crypto";
import { type DetectionMode, detect } from "./detect.ts";
import type { IdentifierLabel, Span } from "./labels.ts";
import { mergeSpans } from "./merge.ts";
import { foldCase } from "./surrogates/casing.ts";
import { Draw } from "./surrogates/draw.ts";
import { findLeaks, type Leak } from "./surrogates/leaks.ts";
import { MentionBook, type StoredMention } from "./surrogates/mentions.ts";
import type { Persona } from "./surrogates/names.ts";
import { Restorer } from "./surrogates/restore.ts";
import { besideSurrogates } from "./surrogates/second-look.ts";
import { isWordCharacter } from "./surrogates/trie.ts";
import { isCommonWord, WordBook, type WordPair } from "./surrogates/words.ts";

/** An identifier of a text and what was put in its place. */
export interface Mention extends Span {
  readonly original: string;
  readonly surrogate: string;
}

/** A text without its identifiers. */
export interface Deidentified {
  readonly text: string;
  /** In order; offsets are those of the text as given. */
  readonly mentions: readonly Mention[];
}

/** A text with the originals back in it. */
export interface Reidentified {
  readonly text: string;
  /** Initials that may be more than one person's: left as they are. */
  readonly ambiguous: readonly string[];
}

interface StoredVault {
  readonly version: 1;
  readonly weeks: number;
  readonly words: {
    readonly initials: string;
    readonly pairs: readonly (readonly [string, WordPair])[];
    readonly taken: readonly string[];
  };
  readonly mentions: readonly StoredMention[];
  readonly personas: readonly Persona[];
  readonly literals: readonly string[];
}

const SEALED_FOR = toUtf8("cloister deid vault v1");
const NONCE_BYTES = 12;
const WORD = /[\p{L}\p{M}]+/gu;
/** A look finds less each time; the router and the egress still scan what is left. */
const MOST_LOOKS = 3;
/** Dates move by 4 to 52 whole weeks, either way. */
const LEAST_WEEKS = 4;
const WEEKS_SPREAD = 49;

/**
 * Surrogates of one conversation of one tenant: drawn at random, kept here and nowhere else, the same for the same
 * original as long as the vault lives (45 CFR 164.514(c): no code may derive from what it stands for).
 * It changes as it meets new identifiers; seal it after use. Never send it with the text.
 */
export class Vault {
  readonly #random: Random;
  readonly #words: WordBook;
  readonly #mentions: MentionBook;

  private constructor(random: Random, stored?: StoredVault) {
    this.#random = random;
    const draw = new Draw(random);
    this.#words = new WordBook(draw, stored?.words);
    const weeks = stored?.weeks ?? (LEAST_WEEKS + draw.below(WEEKS_SPREAD)) * (draw.below(2) === 0 ? 1 : -1);
    this.#mentions = new MentionBook({
      draw,
      words: this.#words,
      weeks,
      mentions: stored?.mentions ?? [],
      personas: stored?.personas ?? [],
      literals: stored?.literals ?? [],
    });
  }

  /** An empty vault with its own date shift. */
  static create(random: Random): Vault {
    return new Vault(random);
  }

  /**
   * A vault as it was sealed, with the 32-byte key that the caller keeps.
   * @throws BaseError `DECRYPT_FAILED`, `CRYPTO_LENGTH`, `VAULT_VERSION`
   */
  static open(sealed: Uint8Array, key: Uint8Array, random: Random): Vault {
    const plaintext = aesGcmOpen({
      key,
      nonce: sealed.slice(0, NONCE_BYTES),
      ciphertext: sealed.slice(NONCE_BYTES),
      associatedData: SEALED_FOR,
    });
    const stored = JSON.parse(fromUtf8(plaintext)) as StoredVault;
    if (stored.version !== 1)
      throw new BaseError("Decode", "VAULT_VERSION", "open this vault with the release that sealed it");
    return new Vault(random, stored);
  }

  /**
   * All that the vault knows, under AES-256-GCM: 12-byte nonce, ciphertext, 16-byte tag.
   * @throws BaseError `CRYPTO_LENGTH` unless the key has 32 bytes
   */
  seal(key: Uint8Array): Uint8Array {
    const stored: StoredVault = { version: 1, words: this.#words.stored, ...this.#mentions.stored };
    const nonce = this.#random(NONCE_BYTES);
    const ciphertext = aesGcmSeal({
      key,
      nonce,
      plaintext: toUtf8(JSON.stringify(stored)),
      associatedData: SEALED_FOR,
    });
    const sealed = new Uint8Array(NONCE_BYTES + ciphertext.length);
    sealed.set(nonce);
    sealed.set(ciphertext, NONCE_BYTES);
    return sealed;
  }

  /**
   * The text with a surrogate in place of every identifier found, and of every one the vault met before. In strict
   * mode a second look at the result replaces what seems one beside the surrogates.
   */
  deidentify(text: string, mode: DetectionMode = "balanced"): Deidentified {
    const found = detect(text, mode);
    return mode === "strict" ? this.#replaceAndLook(text, found) : this.replace(text, found);
  }

  /**
   * The same for identifiers that the caller knows of, such as a field's whole value; those that the vault met
   * before are replaced too.
   */
  replace(text: string, identifiers: readonly Span[]): Deidentified {
    const present = new Set((text.match(WORD) ?? []).map(foldCase));
    this.#words.avoid(present);
    const found = [...identifiers, ...this.#known(text)];
    const spans = mergeSpans(
      found.map((span) => onBorders(text, span)).filter(({ start, end }) => end > start),
    );
    let out = "";
    let from = 0;
    this.#mentions.avoid(textBetween(text, spans));
    const mentions = spans.map(({ start, end, label }) => {
      const original = text.slice(start, end);
      const surrogate = this.#mentions.surrogateOf(label, original, { text, start, present });
      out += text.slice(from, start) + surrogate;
      from = end;
      return { start, end, label, original, surrogate };
    });
    return { text: out + text.slice(from), mentions };
  }

  /** The originals put back, whatever became of the surrogates' case, marks, line breaks and forms; never in code or addresses. */
  reidentify(text: string): Reidentified {
    const restorer = this.restorer();
    const restored = restorer.push(text) + restorer.end();
    return { text: restored, ambiguous: restorer.ambiguous };
  }

  /** The same for a text that comes in pieces. */
  restorer(): Restorer {
    return new Restorer(this.#mentions.restoration);
  }

  /** Where a text about to leave still holds an original of this vault. Empty means that none was found. */
  leaksIn(text: string): Leak[] {
    return findLeaks(text, this.#words, this.#mentions.originals);
  }

  /** By how many weeks dates move: to move those whose place in a document tells that they are dates. A secret. */
  get dateShiftWeeks(): number {
    return this.#mentions.weeks;
  }

  #replaceAndLook(text: string, found: Span[]): Deidentified {
    let result = this.replace(text, found);
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const more = besideSurrogates(result, detect(result.text, "strict"));
      if (more.length === 0) break;
      found.push(...more);
      result = this.replace(text, found);
    }
    return result;
  }

  /** Names met before that detection may miss this time, and words that look like surrogates and must come back as they are. */
  #known(text: string): Span[] {
    const spans: Span[] = [...this.#mentions.lookalikes(text)];
    for (const match of text.matchAll(WORD)) {
      const [word] = match;
      const isKnownName = word.length > 2 && this.#words.isKnown(word) && !isCommonWord(word);
      if (!isKnownName && !this.#words.isSurrogate(word)) continue;
      spans.push({ start: match.index, end: match.index + word.length, label: "NAME" });
    }
    return spans;
  }
}

function textBetween(text: string, spans: readonly Span[]): string {
  let from = 0;
  let out = "";
  for (const { start, end } of spans) {
    out += `${text.slice(from, start)} `;
    from = end;
  }
  return out + text.slice(from);
}

/** Whether a letter, mark or digit stands at a code unit, be it half of one. */
function isWordAt(text: string, at: number): boolean {
  const isSecondHalf = /[\udc00-\udfff]/.test(text[at] ?? "") && /[\ud800-\udbff]/.test(text[at - 1] ?? "");
  const point = text.codePointAt(isSecondHalf ? at - 1 : at);
  return point !== undefined && isWordCharacter(String.fromCodePoint(point));
}

/** Identifiers whose surrogates need not begin and end with the same marks. */
const SPOKEN: ReadonlySet<IdentifierLabel> = new Set(["NAME", "LOCATION", "DATE", "AGE90"]);

/** From the first letter or digit to the last, and to the ends of the words that these stand in. */
function onBorders(text: string, { start, end, label }: Span): Span {
  let from = start;
  let to = end;
  const isInside = SPOKEN.has(label)
    ? (at: number) => isWordAt(text, at)
    : (at: number) => isWordAt(text, at) || /[@#+(*)]/.test(text[at] ?? "");
  while (from < to && !isInside(from)) from += 1;
  while (to > from && !isInside(to - 1)) to -= 1;
  while (from > 0 && isWordAt(text, from) && isWordAt(text, from - 1)) from -= 1;
  while (to < text.length && isWordAt(text, to - 1) && isWordAt(text, to)) to += 1;
  return { start: from, end: to, label };
}
