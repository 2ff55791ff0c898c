import type { Questionnaire } from "../kinds.ts";
import { abdominalPain } from "./belly.ts";
import { breathing } from "./breathing.ts";
import { chestPain } from "./chest.ts";
import { feverChild } from "./child.ts";
import { general } from "./general.ts";
import { headache } from "./head.ts";
import { mood } from "./mood.ts";
import { skin } from "./skin.ts";
import { urinary } from "./urinary.ts";

/** Every questionnaire, in the order in which a person is offered them. */
export const questionnaires: readonly Questionnaire[] = [
  chestPain,
  breathing,
  headache,
  abdominalPain,
  feverChild,
  skin,
  urinary,
  mood,
  general,
];
