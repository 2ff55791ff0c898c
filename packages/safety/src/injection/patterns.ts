import type { PatternText, WordClasses } from "../patterns.ts";
import type { InjectionReason } from "./reasons.ts";

/** Sets of words that many wordings share. */
export const injectionClasses: WordClasses = {
  drop: "ignore/ignoring/disregard/disregarding/forget/forgetting/bypass/override/overrule/discard/neglect/dismiss/skip/drop/delete/erase",
  earlier:
    "previous/previously/prior/above/earlier/preceding/foregoing/past/before/all/any/every/your/these/those/system/initial/original/safety",
  orders:
    "instruction/instructions/instruct*/prompt/prompts/rule/rules/direction/directions/directive*/guideline*/command/commands/context/order/orders/constraint*/restriction*/programming/assignment*/task/tasks/training/polic*/filter*",
  say: "reveal/print/show/repeat/output/tell/display/spell/share/leak/expose/disclose/recite/return/list/summarize/summarise/translate/encode/write",
  praise:
    "good/great/done/enough/congratulations/excellent/super/performance/gut/erledigt/genug/gluckwunsch/toll/klasse/bravo/outdone/hervorragend*/ausgezeichnet*/gemacht/ok/okay",
  shape:
    "add/include/insert/embed/integrate/incorporate/weave/modify/adjust/alter/edit/tweak/enhance/augment/enrich/twist/rearrange/scramble/shuffle/anagram/jumble/swap/substitute/replace/render/format/highlight/hint/tease/promote/encode/encrypt/reverse/misspell/use/begin/end/start/append/mention/phrase/present",
  hidden:
    "system/initial/original/hidden/secret/internal/above/entire/full/previous/first/developer/confidential",
};

/** Wordings of each reason. */
export const injectionPatterns: Readonly<Partial<Record<InjectionReason, readonly PatternText[]>>> = {
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
  "shapes-reply": [
    "@shape ~~ your/the answer/response/reply/output/answers/responses/replies",
    "in/within/throughout your answer/response/reply/output ~ @shape",
    "in/within/throughout your response/reply/output",
    "your answer/response/reply/output ~ must/should/needs ~ @shape/be/contain",
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

