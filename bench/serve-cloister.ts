import { cloister } from "./cloister.ts";
import { serveScenarios } from "./serve.ts";

await serveScenarios(cloister);
