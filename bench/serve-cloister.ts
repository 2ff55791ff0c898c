import process from "node:process";
import { cloister } from "./cloister.ts";
import { serveScenarios } from "./serve.ts";

await serveScenarios(cloister(process.argv[2] === "keeps-recent"));
