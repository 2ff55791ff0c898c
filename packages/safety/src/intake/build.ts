import type {
  ChoiceItem,
  IntakeRule,
  Item,
  LoincCode,
  Option,
  Questionnaire,
  ScaleItem,
  Urgency,
} from "./kinds.ts";

/** A finding as questionnaires write it: code, words, and what it raises. */
type OptionText = readonly [code: string, text: string, raises?: Urgency];

type Asked = Pick<ChoiceItem, "when" | "loinc">;

/** The answer when somebody does not know. */
export const unsureCode = "unsure";
/** The answer when nothing of a list is so. */
export const noneCode = "none";

/**
 * Not knowing is no "no": where another answer would be an emergency it asks for somebody today, and
 * otherwise for a clinician's look.
 */
function unsure(options: readonly OptionText[]): Option[] {
  const isAbout = (urgency: Urgency) => options.some(([, , raises]) => raises === urgency);
  if (!isAbout("emergency") && !isAbout("urgent")) return [];
  const raises = isAbout("emergency") ? "urgent" : "routine";
  return [{ code: unsureCode, text: "I am not sure", raises, isExclusive: true }];
}

function optionOf([code, text, raises]: OptionText): Option {
  return { code, text, ...(raises !== undefined && { raises }) };
}

/** One of a list. */
export function pick(
  id: string,
  text: string,
  { options, ...asked }: Asked & { readonly options: readonly OptionText[] },
): ChoiceItem {
  return {
    kind: "choice",
    isMany: false,
    id,
    text,
    ...asked,
    options: [...options.map(optionOf), ...unsure(options)],
  };
}

/** Any of a list, none of it, or not sure. */
export function tick(
  id: string,
  text: string,
  { options, ...asked }: Asked & { readonly options: readonly OptionText[] },
): ChoiceItem {
  const none: Option = { code: noneCode, text: "None of these", isExclusive: true };
  return {
    kind: "choice",
    isMany: true,
    id,
    text,
    ...asked,
    options: [...options.map(optionOf), none, ...unsure(options)],
  };
}

const painScore: LoincCode = {
  code: "72514-3",
  display: "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
};

/** How bad it is, from 0 to 10. */
export function severity(text: string, { isPain = true } = {}): ScaleItem {
  return {
    kind: "scale",
    id: "severity",
    text,
    most: 10,
    least: { label: "None" },
    greatest: { label: "As bad as it can be" },
    raises: [
      { from: 8, to: "urgent" },
      { from: 4, to: "routine" },
    ],
    ...(isPain && { loinc: painScore }),
  };
}

/** Since when. */
export function since(text = "Since when?"): ChoiceItem {
  return pick("since", text, {
    options: [
      ["minutes", "Less than an hour"],
      ["hours", "Some hours"],
      ["days", "One to three days"],
      ["week", "Four days to two weeks", "routine"],
      ["weeks", "More than two weeks", "routine"],
    ],
  });
}

/** Worry raises; its absence lowers nothing. */
const worry: ChoiceItem = pick("worry", "How worried are you about it?", {
  options: [
    ["no", "Not at all: it is probably nothing"],
    ["little", "A little"],
    ["quite", "Quite worried", "routine"],
    ["very", "Very worried", "routine"],
  ],
});

/** Asked of those who could be. */
export const pregnancy: ChoiceItem = pick("pregnant", "Are you pregnant, or could you be?", {
  loinc: { code: "82810-3", display: "Pregnancy status" },
  options: [
    ["no", "No"],
    ["yes", "Yes", "routine"],
    ["maybe", "I could be", "routine"],
  ],
});

/** A questionnaire of this package: version 1, nothing of it reviewed by a clinician yet. */
export function questionnaire(
  id: string,
  title: string,
  parts: {
    readonly kind: Questionnaire["kind"];
    readonly items: readonly Item[];
    readonly rules?: readonly IntakeRule[];
  },
): Questionnaire {
  const { kind, items, rules = [] } = parts;
  return { id, version: "1", title, kind, items: [...items, worry], rules, isReviewed: false };
}
