import { Matcher, type WordClasses } from "./patterns.ts";

/**
 * What people say about how bad it is, theirs or others'. None of it is a finding, so none of it is read: it
 * can neither raise nor lower anything. (Relatives who play a symptom down move other systems' triage.)
 */
const classes: WordClasses = {
  says: "say/says/said/thinks/think/thought/reckon/reckons/told/tells/insists/keeps/swears/suggests/feels/guess/suppose/bet/hope/hoping/sure/certain/convinced",
  hedge:
    "probably/prob/maybe/perhaps/possibly/likely/surely/hopefully/obviously/apparently/doubtless/presumably",
  nothing:
    "nothing/anxiety/anxious/stress/stressed/nerves/panic/hormones/virus/tired/tiredness/dramatic/drama/fuss/fussing/overreacting/overreaction/exaggerating/imagining/hypochondriac/silly/paranoid/harmless/fine/serious/worry/worrying/worried/attention/soft/age/overthinking/imagination/normal",
};

const patterns = [
  "@hedge its/it/im/just/only/simply/be ~ @nothing",
  "@hedge @nothing",
  "its/thats @hedge ~ just/only/be/all/a/my/his/her ~ @nothing",
  "its/is/be/thats just/only/simply/merely ~ @nothing",
  "its/is/be/thats nothing !to/helps/works/i",
  "@says ~ im/its/it/i/hes/shes/that/to/not/theres ~ @nothing",
  "nothing serious/major/much/dramatic",
  "no big deal",
  "not a big deal",
  "not/isnt/cant/wont be/that/too/really serious",
  "not worried",
  "dont/didnt want/wish/like/need to bother/worry/trouble/waste/make/be/cause/panic/alarm/fuss/overreact ~ you/anyone/anybody/people/doctors/fuss/time/drama/burden/nuisance",
  "dont/didnt want to bother/worry/trouble/panic/fuss/overreact",
  "hate to bother/trouble ~ you/anyone",
  "im/am/be/being ~ overreacting/silly/dramatic/paranoid/stupid/daft",
  "stop/stopped/should/shouldnt fuss*/worry*/overreact*",
  "worry/worries/fuss/panic too much",
  "walk it off",
  "will/itll/it pass/passes",
  "pass by/on itself/its",
  "sleep it off",
  "man up",
  "all in my/his/her head/mind",
] as const;

/** Finds opinions in tokens. */
export const opinionMatcher = new Matcher(
  patterns.map((pattern) => ["opinion", pattern] as const),
  classes,
);
