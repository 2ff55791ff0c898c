import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { runProgram } from "@cloister/chat-http";
import { readSecret, writeAtomically } from "@cloister/keys-file";
import { regionOf } from "@cloister/safety";
import { readConfig, usage } from "./config.ts";
import { gatewayService } from "./gateway.ts";
import { openModel } from "./model.ts";

const defaultPolicy =
  "You explain medical information in plain words to patients. You give no diagnosis and no dose, you never tell anybody to stop a medicine, and you say when to see a clinician. You are a program, not a person.";

await runProgram({
  name: "gateway",
  usage,
  files: { read: readSecret, write: writeAtomically },
  readConfig,
  open: async (config) => {
    const { folder, policyFile, region } = config;
    const policy =
      policyFile === undefined ? defaultPolicy : await readFile(resolve(folder, policyFile), "utf8");
    const model = await openModel(config);
    return {
      service: gatewayService({ model, policy, region: regionOf(region) }),
      close: () => model.close(),
    };
  },
});
