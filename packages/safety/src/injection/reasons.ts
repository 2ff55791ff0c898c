/** What a text does that looks like an instruction to the assistant; the last two are the models' word. */
export type InjectionReason =
  | "overrides-instructions"
  | "asks-for-hidden-text"
  | "assigns-role"
  | "jailbreak"
  | "suggests-role"
  | "switches-task"
  | "shapes-reply"
  | "new-task"
  | "control-marks"
  | "hidden-characters"
  | "sends-data-away"
  | "reads-like-override"
  | "reads-like-task";

/** How far each reason alone speaks for an injection. */
export const reasonWeights: Readonly<Record<InjectionReason, number>> = {
  "overrides-instructions": 0.9,
  "asks-for-hidden-text": 0.8,
  jailbreak: 0.75,
  "control-marks": 0.75,
  "hidden-characters": 0.75,
  "reads-like-override": 0.75,
  "reads-like-task": 0.75,
  "assigns-role": 0.7,
  "switches-task": 0.7,
  "shapes-reply": 0.6,
  "sends-data-away": 0.5,
  "suggests-role": 0.45,
  "new-task": 0.45,
};
