/** What can be asked about a subject: how people ask for it, and how the title of an article on it reads. */
interface Aspect {
  readonly asked: RegExp;
  readonly titled: RegExp;
}

/** In the order in which a title is looked at; `information` is what is left. */
const aspects = {
  treatment: {
    asked:
      /\b(?:treat\w*|cures?|cured|curable|curing|therap\w+|remed\w+|manag\w+|medications?|medicines?|drugs? for|get rid|relie\w+|surger\w+|help (?:me|him|her|us|with|for)|what (?:can|could|should|to|do) (?:i |we |you |he |she |be )?(?:do|done|take|use)|heal\w*|options?|exercises?|tablets?|pills?|alternatives?)\b/i,
    titled: /\btreat|manage|cope|what to do for|therap/i,
  },
  symptoms: {
    asked: /\b(?:symptom\w*|signs?|feel like|how (?:do|can|would) (?:i|you|we) (?:know|tell)|look like)\b/i,
    titled: /\bsymptoms?\b|\bsigns?\b/i,
  },
  causes: {
    asked:
      /\b(?:caus\w+|why|reasons?|due to|brought on|trigger\w*|lead to|come from|how (?:do|does|did|can) (?:\w+ ){1,3}get|contagious|catch|spread|transmit\w*|link\w*|related to|associat\w+)\b/i,
    titled: /\bcauses?\b|spread|transmit/i,
  },
  inheritance: {
    asked:
      /\b(?:inherit\w*|heredit\w+|run in|passed? (?:on|down|to)|carriers?|genetic\w*|genes?|famil(?:y|ial) history|my (?:children|kids|siblings))\b/i,
    titled: /\binherited|inheritance|hereditary\b/i,
  },
  genes: {
    asked: /\b(?:genes?|genetic\w*|mutat\w+|chromosom\w+|dna|delet\w+)\b/i,
    titled: /\bgenetic changes|genes?\b/i,
  },
  outlook: {
    asked:
      /\b(?:prognos\w+|outlook|life expectancy|surviv\w+|how long|fatal|terminal|recover\w*|live with|die|dying|deadly|go away|long.term|future|chances?|get (?:better|worse))\b/i,
    titled: /\boutlook|prognosis\b/i,
  },
  tests: {
    asked:
      /\b(?:diagnos(?:e|is|ing)|tests?|tested|testing|detect\w*|screen\w*|biops\w+|scans?|mri|blood ?work|levels?|ranges?)\b/i,
    titled: /\bdiagnos|tests?\b/i,
  },
  prevention: {
    asked:
      /\b(?:prevent\w*|avoid\w*|protect\w*|vaccin\w+|shots?|immuni[sz]\w+|reduce the (?:risk|chance))\b/i,
    titled: /\bprevent/i,
  },
  risk: {
    asked: /\b(?:risks?|who gets|likely|suscept\w+|chances? of)\b/i,
    titled: /\bat risk\b/i,
  },
  complications: {
    asked: /\b(?:complicat\w+|side effects?|long.term effects?|after ?effects?|affects?|damage|lead to)\b/i,
    titled: /\bcomplications?\b/i,
  },
  research: {
    asked: /\b(?:research\w*|trials?|stud(?:y|ies)|latest|new (?:treatment|drug)s?|experiment\w*)\b/i,
    titled: /\bresearch|clinical trials\b/i,
  },
  frequency: {
    asked: /\b(?:how (?:common|many|often|rare)|frequen\w+|incidence|prevalen\w+|statistics|percent\w*)\b/i,
    titled: /\bhow many people|how common\b/i,
  },
  stages: { asked: /\b(?:stages?|staging|types? of)\b/i, titled: /\bstages\b/i },
  information: {
    asked:
      /\b(?:info\w*|what (?:is|are)|tell me about|learn|literature|explain\w*|mean(?:s|ing)?|difference)\b/i,
    titled: /^what (?:is|are)\b|information about/i,
  },
} as const satisfies Readonly<Record<string, Aspect>>;

export type AspectName = keyof typeof aspects;

const all = Object.entries(aspects) as [AspectName, Aspect][];

/** Titles that ask; others name a whole subject. */
const ASKS = /\?|^(?:what|how|who|where|is|are|do)\b/i;

/** Which part of its subject an article covers, by its title; nothing when its title names the whole subject. */
export function titledAspect(title: string): AspectName | undefined {
  return ASKS.test(title) ? all.find(([, { titled }]) => titled.test(title))?.[0] : undefined;
}

/** A sentence of a person's text, and whether it asks rather than tells. */
export interface AskingSentence {
  readonly text: string;
  readonly asks: boolean;
}

/** What a story mentions is less likely what is asked. */
const TOLD = 0.3;

/** Which parts of a subject a text asks about: 1 where a sentence asks for it, less where one only mentions it. */
export function askedAspects(sentences: readonly AskingSentence[]): ReadonlyMap<AspectName, number> {
  const out = new Map<AspectName, number>();
  for (const { text, asks } of sentences) {
    const weight = asks ? 1 : TOLD;
    for (const [name, { asked }] of all) {
      if ((out.get(name) ?? 0) < weight && asked.test(text)) out.set(name, weight);
    }
  }
  return out;
}
