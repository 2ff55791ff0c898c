import { requireMessage } from "../limits.ts";
import { Matcher } from "../patterns.ts";
import { type Token, tokenise } from "../tokens.ts";
import { named } from "./names.ts";
import { type ReplyReason, replyClasses, replyPatterns } from "./patterns.ts";

/** Whether a clause may be shown. */
export interface ReplyCheck {
  readonly ok: boolean;
  readonly reasons: readonly ReplyReason[];
}

const matcher = new Matcher<ReplyReason>(
  Object.entries(replyPatterns).flatMap(([reason, texts]) =>
    texts.map((text) => [reason as ReplyReason, text] as const),
  ),
  replyClasses,
);

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** A clause that leaves it open, or tells of somebody else, diagnoses nobody. */
const open = wordSet(
  "may might could if whether possible possibly perhaps when people some many often sometimes patients unless cannot cant ask told say said wonder sign signs article suggest",
);
/** Who may change a dose; and what leaves it to them. */
const prescribers = wordSet(
  "prescribed prescriber doctor doctors clinician clinicians nurse pharmacist team gp unless without ask asking leaflet usual usually label directed instructed some people",
);
const negations = wordSet("dont not never no cannot cant shouldnt mustnt isnt arent wont");
/** How many tokens before a wording a negation may stand. */
const NEAR = 4;

function before(tokens: readonly Token[], at: number, words: ReadonlySet<string>, reach: number): boolean {
  for (let i = Math.max(0, at - reach); i < at; i += 1) if (words.has(tokens[i]?.text ?? "")) return true;
  return false;
}

function anywhere(tokens: readonly Token[], words: ReadonlySet<string>): boolean {
  return tokens.some(({ text }) => words.has(text));
}

/** Where each wording does not mean what it says. */
function isExcused(reason: ReplyReason, tokens: readonly Token[], from: number, to: number): boolean {
  switch (reason) {
    case "diagnoses":
      return before(tokens, to, open, to);
    case "changes-dose":
      return before(tokens, from, negations, NEAR) || anywhere(tokens, prescribers);
    case "claims-licence":
      return before(tokens, to, negations, NEAR) || before(tokens, to, wordSet("would"), NEAR);
    case "helps-self-harm":
    case "plays-down":
      return false;
  }
}

/**
 * Looks at one clause of what a model is about to say: a diagnosis as a fact, a change of medicine, playing
 * something down, help to harm oneself, a licence that no model has. Meant for text that streams, before it is
 * shown; a clause that fails is withheld and the reply replaced or ended.
 *
 * It errs on the side of withholding, and what it passes is not thereby right.
 * @param clause up to 100,000 UTF-16 code units, usually a sentence or a part of one
 * @throws BaseError `SAFETY_TEXT`
 */
export function checkReply(clause: string): ReplyCheck {
  requireMessage(clause);
  const tokens = named(tokenise(clause));
  const reasons = new Set<ReplyReason>();
  for (const { name, from, to } of matcher.match(tokens)) {
    if (!isExcused(name, tokens, from, to)) reasons.add(name);
  }
  return { ok: reasons.size === 0, reasons: [...reasons].sort() };
}
