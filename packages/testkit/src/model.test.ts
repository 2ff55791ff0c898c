import { modelConformance, ScriptedModel } from "./model.ts";

const json = ['{"urgent":', "false,", '"kind":"cough"}'];
const words = Array.from({ length: 300 }, (_, at) => `word ${at} `);

modelConformance(
  "scripted",
  async () => new ScriptedModel(({ output }) => (output === undefined ? words : json)),
);
