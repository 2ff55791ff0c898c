import { BaseError } from "@cloister/bytes";
import {
  detect,
  findUndeclared,
  type IdentifierLabel,
  type Mention,
  type Span,
  type Vault,
} from "@cloister/deid";

/** What was said, oldest first; the last is the question. As the person sees it, with everything in it. */
export interface CloudTurn {
  readonly from: "patient" | "assistant";
  readonly text: string;
}

/** What may leave: the same turns with surrogates, and which those are. */
export interface Outgoing {
  readonly turns: readonly CloudTurn[];
  /** For the egress, which scans again and knows no original. */
  readonly surrogates: readonly string[];
  /** How many identifiers of each kind were replaced: for the receipt and the line before sending. */
  readonly counts: Readonly<Partial<Record<IdentifierLabel, number>>>;
}

/** Each round masks what the last one still found; more than two are hardly ever needed. */
const maxRoundsCount = 6;

/**
 * What may leave the device of a conversation: identifiers replaced in the strict mode until the check that the
 * egress makes finds nothing, and no original of the vault left in any form. The vault learns what it replaced.
 * @throws BaseError `CLOUD_IDENTIFIER` when something stays that looks like an identifier, `CLOUD_LEAK` when an
 * original does; then nothing may be sent
 */
export function prepareOutgoing(turns: readonly CloudTurn[], vault: Vault): Outgoing {
  // A name that is found in the last turn may stand unfound in an earlier one, so everything is read twice.
  for (const { text } of turns) hide(text, vault);
  const hidden = turns.map(({ text }) => hide(text, vault));
  const mentions = hidden.flatMap((turn) => turn.mentions);
  const surrogates = [...new Set(mentions.map(({ surrogate }) => surrogate))];
  for (const { text } of hidden) {
    if (findUndeclared(text, surrogates).length > 0) throw stillIdentifies();
    if (vault.leaksIn(text).length > 0) {
      throw new BaseError(
        "Policy",
        "CLOUD_LEAK",
        "something that was to be replaced is still in the text, so nothing was sent; ask within the house",
      );
    }
  }
  const counts: Partial<Record<IdentifierLabel, number>> = {};
  for (const { label } of mentions) counts[label] = (counts[label] ?? 0) + 1;
  return {
    turns: turns.map(({ from }, at) => ({ from, text: hidden[at]?.text ?? "" })),
    surrogates,
    counts,
  };
}

interface Hidden {
  readonly text: string;
  readonly mentions: readonly Mention[];
}

/** Surrogates may stand beside words that only now look like part of a name: these are masked in the next round. */
function hide(text: string, vault: Vault): Hidden {
  const spans: Span[] = detect(text, "strict");
  for (let round = 0; round < maxRoundsCount; round += 1) {
    const hidden = vault.replace(text, spans);
    const surrogates = hidden.mentions.map(({ surrogate }) => surrogate);
    const undeclared = findUndeclared(hidden.text, surrogates);
    if (undeclared.length === 0) return hidden;
    spans.push(...undeclared.map((span) => inOriginal(span, hidden.mentions)));
  }
  throw stillIdentifies();
}

/** Where a part of the text with surrogates stood in the text as it was. */
function inOriginal({ start, end, label }: Span, mentions: readonly Mention[]): Span {
  let shift = 0;
  let from = start;
  let to = end;
  for (const mention of mentions) {
    const begins = mention.start + shift;
    const ends = begins + mention.surrogate.length;
    const next = shift + mention.surrogate.length - (mention.end - mention.start);
    if (start >= ends) from = start - next;
    else if (start >= begins) from = mention.start;
    if (end >= ends) to = end - next;
    else if (end > begins) to = mention.end;
    shift = next;
  }
  return { start: from, end: to, label };
}

function stillIdentifies(): BaseError {
  return new BaseError(
    "Policy",
    "CLOUD_IDENTIFIER",
    "the text still holds what may identify somebody, so nothing was sent; ask within the house",
  );
}
