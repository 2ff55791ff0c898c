import { BaseError } from "@cloister/bytes";
import { Matcher, type PatternText, type WordClasses } from "./patterns.ts";
import { tokenise } from "./tokens.ts";

/** What a text does that looks like an instruction to the assistant. */
export type InjectionReason =
  | "overrides-instructions"
  | "asks-for-hidden-text"
  | "assigns-role"
  | "jailbreak"
  | "suggests-role"
  | "switches-task"
  | "new-task"
  | "control-marks"
  | "hidden-characters"
  | "sends-data-away";

/** A first signal, no boundary: untrusted text must have no tools and no way to other data anyway. */
export interface InjectionSignal {
  readonly injection: boolean;
  /** 0 to 1; reasons that come together weigh more. */
  readonly score: number;
  readonly reasons: readonly InjectionReason[];
}

const MAX_TEXT_LENGTH = 100_000;
const THRESHOLD = 0.7;

/** How far each reason alone speaks for an injection. */
const weights: Readonly<Record<InjectionReason, number>> = {
  "overrides-instructions": 0.9,
  "asks-for-hidden-text": 0.8,
  jailbreak: 0.75,
  "control-marks": 0.75,
  "hidden-characters": 0.75,
  "sends-data-away": 0.5,
  "assigns-role": 0.7,
  "switches-task": 0.7,
  "suggests-role": 0.45,
  "new-task": 0.45,
};

const classes: WordClasses = {
  drop: "ignore/ignoring/disregard/disregarding/forget/forgetting/bypass/override/overrule/discard/neglect/dismiss/skip/drop/delete/erase",
  earlier:
    "previous/previously/prior/above/earlier/preceding/foregoing/past/before/all/any/every/your/these/those/system/initial/original/safety",
  orders:
    "instruction/instructions/instruct*/prompt/prompts/rule/rules/direction/directions/directive*/guideline*/command/commands/context/order/orders/constraint*/restriction*/programming/assignment*/task/tasks/training/polic*/filter*",
  say: "reveal/print/show/repeat/output/tell/display/spell/share/leak/expose/disclose/recite/return/list/summarize/summarise/translate/encode/write",
  praise:
    "good/great/done/enough/congratulations/excellent/super/performance/gut/erledigt/genug/gluckwunsch/toll/klasse/bravo/outdone/hervorragend*/ausgezeichnet*/gemacht/ok/okay",
  hidden:
    "system/initial/original/hidden/secret/internal/above/entire/full/previous/first/developer/confidential",
};

const patterns: Readonly<Partial<Record<InjectionReason, readonly PatternText[]>>> = {
  "overrides-instructions": [
    "@drop ~ @earlier ~ @orders",
    "@drop ~ @orders ~ above/before/given/earlier/previously/so",
    "@drop ~ everything/all/anything ~ above/before/previous/said/told/instructed/i/you/so/that",
    "forget everything/all !about/in",
    "@drop ~ what ~ told/said/instructed",
    "do/must/should not follow ~ @orders",
    "stop following ~ @orders",
    "instead of ~ @orders",
    "vergiss/vergesse/vergessen/ignoriere/ignorieren/ignorier/missachte ~~ alles/alle/anweisung*/vorherige*/obige*/instruktion*/bisherige*/davor/aufgabe*/befehle/vorgaben/text",
    "alles vergessen",
    "olvida/olvide/ignora/ignore/ignorar/omite ~~ instrucciones/anterior/anteriores/todo/indicaciones",
    "oublie/oubliez/ignorez/ignore ~~ precedent*/instructions/consignes/tout",
    "ignora/dimentica ~~ istruzioni/precedenti/tutto",
    "zaboravi/zanemari ~~ prethodn*/sve/instrukcij*/uput*",
  ],
  "asks-for-hidden-text": [
    "@say ~~ @hidden ~ prompt/prompts/@orders/message/text",
    "@say ~~ your prompt/@orders",
    "what is/was/are/were ~ @hidden ~ prompt/@orders",
    "what is/was/are ~ your ~ prompt/@orders",
    "password/passphrase/secret key/api ~~ @say/what",
    "@say ~~ password/passphrase/credentials",
    "@say ~~ secret key/code/word",
    "what is ~ secret/password/passphrase",
    "zeig*/nenne/gib/schreib* ~~ prompt/anweisung*/instruktion*/texte",
  ],
  jailbreak: [
    "do anything now",
    "dan mode/prompt",
    "as dan",
    "developer/god/debug/admin/sudo/root/jailbreak/unrestricted/evil/opposite mode",
    "jailbroken/jailbreaking",
    "no/without/any/free ~ restrictions/limitations/filters/censorship",
    "unfiltered/uncensored/unrestricted/amoral ~ ai/model/response/answer/mode/chatbot/assistant/machine/character/bot",
    "not bound by",
    "broken/break free ~ from/of ~ confines/ai/rules",
    "hypothetical response",
    "never refuse*/refuses",
    "ignores/disregards ethic*/moral*/legal*/law*",
    "no moral*/ethic*",
    "openai/anthropic ~ policies/policy/guidelines/rules",
  ],
  "assigns-role": [
    "now you are/act/play/become !ready/done/finished/able",
    "you are now !ready/done/finished/able/on/at/in",
    "from now on ~ you",
    "i want/need/would you to act/pretend/behave/play/be/become/roleplay",
    "i will/ill/would give/provide you ~ commands/instructions",
    "pretend/imagine ~ you are/were/you're/youre ~ an/a ~ evil/ai/terminal/character/linux/hacker",
    "ich mochte ~ dass sie/du als",
    "stell/stellen dir/sie ~ vor ~ du/sie",
    "jetzt/nun bist/sind du/sie",
    "du bist jetzt/nun",
    "quiero que actues",
    "je veux que tu",
    "zelim da ~ glumi*",
  ],
  "switches-task": [
    "@praise ~~ now/next/another/new/further ~~ task/tasks/question/challenge/write/instructions/follow/help/concentrate",
    "@praise ~~ nun/jetzt/weitere/neue ~~ aufgabe*/anweisung*/frage*/verfasse/schreib*/hilf/hilfe",
    "nun/jetzt folgen ~ aufgaben/anweisungen/instruktionen",
    "now/next ~ new/further/another instructions/tasks/task ~ follow*",
    "focus/concentrate/konzentrier* ~ on/auf ~ new/next/following/neue/nachste task/tasks/aufgabe*",
    "leave ~~ previous/earlier ~ behind",
    "attention/achtung stop/stopp",
    "remove ~~ previous/earlier ~ tasks/instructions",
  ],
  "suggests-role": [
    "act/acting/behave/respond/answer/speak/write/reply as ~ a/an/if/though/my/the",
    "pretend/imagine/simulate ~ to/you/that/youre/being",
    "roleplay/role play/roleplaying",
    "play the role/part",
    "stay/remain in character",
    "take on the role",
    "nimm ~ rolle",
    "schlupf* ~ rolle",
    "tu so als",
  ],
  "new-task": [
    "new/real/actual/next/updated task/instruction*/instructions/order/orders/rule/rules",
    "instead ~ say/write/print/output/respond/answer/reply/tell/do",
    "now say/write/print/output/respond/reply/answer/tell/give",
    "then say/print/output ~",
    "just say/print/output/write/respond",
    "only say/print/output/respond/reply/answer",
    "your answer/response/reply/output ~ must/should/has/have/is/begin/start",
    "start/begin/end ~ your/every/each/the answer/response/reply/message ~ with",
    "important/attention/note : ~~ instead/you/respond/say/output",
    "say/print/output/write exactly",
    "repeat after me",
    "execute/run ~ code/command/commands/script/function",
  ],
  "sends-data-away": [
    "send/post/forward/upload/email/transmit/exfiltrate ~~ to ~ http/https/www/url/server/address/webhook/endpoint",
    "visit/open/click/fetch/follow/go ~~ http/https/www",
    "markdown image",
  ],
};

const matcher = new Matcher<InjectionReason>(
  Object.entries(patterns).flatMap(([reason, texts]) =>
    texts.map((text) => [reason as InjectionReason, text] as const),
  ),
  classes,
);

/** Turn marks of common chat templates; no patient writes them. */
const CONTROL_MARKS =
  /<\|[a-z_]{2,20}\|>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|<\/?(?:system|assistant|user|instructions?)>|^\s*#{2,}\s*(?:system|instruction|response|assistant|human|user)\b|^\s*(?:system|assistant|human)\s*:/im;
/** Zero-width runs, tag characters and direction overrides hide text from people but not from models. */
const HIDDEN_CHARACTERS = /[\u{E0000}-\u{E007F}]|[\u202A-\u202E\u2066-\u2069]|[\u200B\u2060\uFEFF]{3}/u;

/**
 * Looks for instructions to the assistant in text that should only inform it.
 * @param text up to 100,000 UTF-16 code units
 * @throws BaseError `SAFETY_TEXT`
 */
export function detectInjection(text: string): InjectionSignal {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new BaseError("Usage", "SAFETY_TEXT", `check at most ${MAX_TEXT_LENGTH} characters at a time`);
  }
  const found = new Set(matcher.match(tokenise(text)).map(({ name }) => name));
  if (CONTROL_MARKS.test(text)) found.add("control-marks");
  if (HIDDEN_CHARACTERS.test(text)) found.add("hidden-characters");
  const reasons = [...found].sort();
  const score = 1 - reasons.reduce((rest, reason) => rest * (1 - weights[reason]), 1);
  return { injection: score >= THRESHOLD, score, reasons };
}
