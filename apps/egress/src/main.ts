import { resolve } from "node:path";
import { defaultQueueLimits, queuedModel } from "@cloister/answering";
import { type OpenService, runProgram } from "@cloister/chat-http";
import { loadSeed, readSecret, writeAtomically } from "@cloister/keys-file";
import { openConfiguredServer } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";
import { type EgressConfig, readConfig, readPolicyFile, usage } from "./config.ts";
import { egressService } from "./egress.ts";
import { requireVendor } from "./vendor.ts";

async function open({ folder, policyFile, vendor, queue }: EgressConfig): Promise<OpenService> {
  const at = (file: string) => resolve(folder, file);
  let policy = await readPolicyFile(at(policyFile));
  const mayBeAsked = () => requireVendor(policy, vendor.id, Date.now());
  mayBeAsked();
  const { id: _id, ...server } = vendor;
  // Vendors refuse options that they do not know, and promise no seeds.
  const model = await openConfiguredServer(
    server,
    { at, readSecret, loadSeed },
    { partsCaches: false, requireSeed: false },
  );
  const given = Object.entries(queue ?? {}).filter(([, value]) => value !== undefined);
  const queued = queuedModel(model, { ...defaultQueueLimits, ...Object.fromEntries(given) }, systemClock);
  return {
    service: egressService({ model: queued, requireVendor: mayBeAsked }),
    reload: async () => {
      policy = await readPolicyFile(at(policyFile));
    },
    close: () => queued.close(),
  };
}

await runProgram({
  name: "egress",
  usage,
  files: { read: readSecret, write: writeAtomically },
  readConfig,
  open,
});
