import { Matcher } from "./patterns.ts";
import type { TextReading } from "./reading.ts";

/** How near somebody is to ending his life or harming himself, from thoughts to the act. */
export const crisisLevels = ["ideation", "plan", "intent", "means", "act"] as const;

/** One of {@link crisisLevels}; later ones are nearer. */
export type CrisisLevel = (typeof crisisLevels)[number];

/** Which findings of the rules show which level. */
const ofFinding: { readonly [finding: string]: CrisisLevel } = {
  "want-to-die": "ideation",
  "method-seeking": "plan",
  "crisis-now": "plan",
  farewell: "intent",
  "means-ready": "means",
  "self-harm": "act",
};

const wordings: Readonly<Partial<Record<CrisisLevel, readonly string[]>>> = {
  plan: [
    "have/has/got/made/my/a/her/his plan",
    "planned/planning ~ to/my/how",
    "know/knows ~ how/where/when",
    "set/chosen/picked ~ date/day/place/method",
  ],
  intent: [
    "tonight/tomorrow/today/now/weekend/soon/friday/monday/sunday/saturday",
    "going/gonna/will/ill/about to",
    "decided/determined/ready",
    "last night/day/message/goodbye",
  ],
  means: [
    "have/got/bought/has/holding/with ~~ pills/tablets/rope/noose/gun/rifle/pistol/shotgun/razor/blade/knife/insulin/helium/petrol",
    "pills/tablets/rope/noose/gun/razor/blade/knife ~ ready/here/hand/hands/lap/bed/desk/drawer",
    "on/at/by ~ bridge/roof/ledge/edge/tracks/platform/railing/cliff",
  ],
  act: ["took/swallowed/taken/cut/slit/slashed/jumped/tried/attempted", "hanging/bleeding/overdosed"],
};

const matcher = new Matcher(
  Object.entries(wordings).flatMap(([level, texts]) =>
    texts.map((text) => [level as CrisisLevel, text] as const),
  ),
  {},
);

/**
 * The highest level that a text shows, once something in it speaks of a crisis: findings that count, or the
 * model's word. More said never lowers it, so naming a method cannot either.
 */
export function crisisLevel({ tokens, counted }: TextReading, isCrisis: boolean): CrisisLevel | undefined {
  const shown = Object.entries(ofFinding).flatMap(([finding, level]) =>
    counted.has(finding) ? [level] : [],
  );
  if (shown.length === 0 && !isCrisis) return undefined;
  const all = [...shown, ...matcher.match(tokens).map(({ name }) => name)];
  const highest = Math.max(0, ...all.map((level) => crisisLevels.indexOf(level)));
  return crisisLevels[highest];
}
