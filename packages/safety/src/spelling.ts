import type { Token } from "./tokens.ts";

/** Words with fewer letters have too many neighbours. */
const MIN_LENGTH = 6;
const MIN_LENGTH_SWAP = 5;
const MAX_LENGTH = 20;

/** Ordinary words that are one letter away from a word of the rules. */
const ordinary = new Set(
  `chores delicious aplasia linked listed lining stored stores storing blocked blocking wasting wasted tested injected coats
  states stated african driving setting angles charged contraction chloride tried valgum staying seeking placing
  failing thorough cushing looked crowding flushing explore swears swearing cooked branch sharing shared butter langer
  bearing caring pockets pocket packed scarred crusted crusting harden paying rippling pauses paused coding coping
  pinched tented filling barley burping strange starved bitter header litter canker violet quiet sweets shopping
  craving heating heated farther exits spring battle stooped divine sewing hunter splinting shaping deceased aroused
  windows pulsed suction septin grasping bulking loving thanking thanks meditation county cloning tricks skipped
  locker gargled backing bloods lighting cooling stepping stepped shunting leaning selling denial slipped sticks
  teasing boating dicing combing election streaming lander bowling banned taping wafers traces patrol wading tasked
  spirit sporting hunting notching easing latter hanger spared swaying massages moaning startled finder scoring sawing
  tacked seeming linger buried liking cleaver amusing redaction breach sacred shells usable reasons marking noting
  clearer triplet render property though becomes message beaking patched pitched cannon chemicals response responses
  beating boxing breather breeding bleeping blending chancing changing charming clothing coking collapsible cooking
  cutting dosing drawing drowsing eating faintly fasting fining fitting floating hanging headings hearing hitting
  jabbing jaundiced joking leading learning listing looking losing mating missing moving painted painting panting
  pending petting planning pleading posting pouring printing pressing purple raping rating reading running sealing
  searing seating seeing sleeping slipping smelling spelling spending spitting spotting squashing stabling standing
  staring starting stealing steaming stinging stocking stopping stroking swallow sweating swelling swimming talking
  teaching tearing testing ticking timing tinting treating turning twisting typing waking walking wanting warming
  washing watering wearing weeding wheeling wishing working person persons prison reason season lesson poised
  heater hearted hearty healed health sever several server served suited suites stroke strokes strike strikes
  stroll struck breath breast breasts breadth bread wheeze sheets sheet bleach beach reach teach peach stiff staff
  fevers never severe serve nerve nerves curve stolen swollen swell spell smell shell stung sting string strung
  choose cheese chest chess cheat chased clothes closing bitten written kitten tingle single tongue tongues throat
  threat threats treat treats treated tablet tablets tables table pillow pillows killed killer filled billed
  chilled skilled drilled willed called burned burner turned turner learned earned drained trained drunk trunk
  shrunk drown drowned frowned crowned grown brown crown clown faint fainted pained paints points joints prints
  tainted family finally vision visions mission version division seized sized siezed seizes weak weaker week weeks
  speak speaker sneak break breaks broken spoken injury injure inject infant infants instant pregnancy pregnant
  attack attach attacks attached stomach stomachs rashes crashes ashes dashes washes bashes sweats sweaty sweaters
  sweater sleepy sleeps steeply deeply drowsy drowsily dizzy dozen frozen numbed number numbers numb bloody blood
  certain chance amounts imaging forming parent formed present section spiral attaching charge charges banking binding
  shapes topical sparing lighted streams washed curving curved angel angels flapping cleansing wandering potter mouths
  massage massages thinned thicker contract blends treacher relies stating harper scaling lodges sometime banding explored
  exploring stains stings pearson pierson troubles clearing blinking shades copying dander squinting batten manager
  boiled garbage forget forgot snakes snake posted homeless pitcher tuning porter flakes shipping steaks peoples flushes
  looping baking hiring frames misused sweeping heather dining shipped lovely dessert spelled ticket tickets rental batter
  snowing pleased reilly heading backed sings statue leather mowing trough scored contusion contusions handed ejection
  banded poisson camping camped camper indoor sprained strain strained sprain strains grateful peeling ceiling feeling
  healthy wealthy hearts house horse hoarse course coarse curse nurse nursed purse posture pasture mixture fixture
  bread broad cloth clots plots pilots patter matter bladder ladder madder sadder sidder adder udder under wonder
  quite quote guilt built cooling pooling fooling rolling ruling falling calling filing mailing railing sailing tailing
  tripping dripping gripping ripping whipping zipping dropping shopping chopping hopping stopping topping
  worry worries sorry lorry marry merry berry cherry ferry fairy dairy hairy hardy party pastry paltry poultry
  floods flooded bloodied pupils pupil purpose pulse pulses planned planted plant plants`.split(/\s+/),
);

function deletions(word: string): string[] {
  return Array.from({ length: word.length }, (_, i) => word.slice(0, i) + word.slice(i + 1));
}

function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** Misspellings of words too short to guess at. */
const shortErrors: ReadonlyMap<string, string> = new Map(
  Object.entries({
    chest: "ches chst cheast chset",
    heart: "hart haert hert",
    breast: "brest",
    breath: "breth",
    blood: "blod blud bld",
    stroke: "stok storke",
    throat: "throte throut",
    lungs: "lungz",
    stomach: "stomac stomack",
    seizure: "siezure seziure cezure",
    tongue: "tounge toung",
    ankle: "ankel",
    knife: "nife",
    dying: "dieing dyin",
    pills: "pilz pils",
    poison: "poisin",
    vomit: "vomitt",
    fever: "fevr feaver",
    headache: "hedache headach",
    slurred: "slured",
    speech: "speach",
    numbness: "numness",
    weakness: "weekness",
    arm: "armm",
    face: "facee",
    baby: "babys",
    pregnant: "preg prego",
    diabetes: "diabetis",
    suicide: "sucide suiside",
    unconscious: "unconcious",
    conscious: "concious",
  }).flatMap(([word, errors]) => errors.split(" ").map((error) => [error, word] as const)),
);

/** Reads misspelt words as the words of the rules that they are nearest to. */
export class Corrector {
  readonly #isKnown: (word: string) => boolean;
  readonly #byDeletion = new Map<string, string>();

  /** @param isKnown says which words are right as they are */
  constructor(vocabulary: ReadonlySet<string>, isKnown: (word: string) => boolean) {
    this.#isKnown = isKnown;
    for (const word of vocabulary) {
      if (word.length < MIN_LENGTH_SWAP) continue;
      for (const key of [word, ...deletions(word)])
        if (!this.#byDeletion.has(key)) this.#byDeletion.set(key, word);
    }
  }

  /**
   * A word of the rules within one edit (insert, delete, substitute, swap), with the same first letter. Both
   * words with one letter taken out must meet, so the work depends on the length of the word alone.
   */
  correct(word: string): string | undefined {
    const known = shortErrors.get(word);
    if (known !== undefined) return known;
    if (word.length < MIN_LENGTH_SWAP || word.length > MAX_LENGTH || ordinary.has(word)) return undefined;
    for (const key of [word, ...deletions(word)]) {
      const found = this.#byDeletion.get(key);
      if (found === undefined || found[0] !== word[0] || Math.abs(found.length - word.length) > 1) continue;
      const isLong = Math.min(word.length, found.length) >= MIN_LENGTH;
      if (isSwap(word, found) || (isLong && isOneEdit(word, found)))
        return this.#isKnown(word) ? undefined : found;
    }
    return undefined;
  }

  /** The same tokens with misspelt words corrected. */
  correctAll(tokens: readonly Token[]): Token[] {
    return tokens.map((token) => {
      const text = token.value === undefined ? this.correct(token.text) : undefined;
      return text === undefined ? token : { ...token, text };
    });
  }
}

/** Whether two words differ by one insertion, deletion or substitution. */
function isOneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start + (a.length >= b.length ? 1 : 0));
  const restB = b.slice(start + (b.length >= a.length ? 1 : 0));
  return restA === restB;
}
