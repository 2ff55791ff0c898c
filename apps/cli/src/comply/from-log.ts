import { join } from "node:path";
import { locateLog } from "../audit/locate.ts";
import { readPolicyFile } from "../audit/policy-file.ts";
import { type AuditResult, audit as verify } from "../audit/verify.ts";
import { type Check, met, notMet, partial, type Target } from "./check.ts";

async function look(target: Target): Promise<AuditResult> {
  const { dataDir, policyFile } = target;
  const policy = policyFile === undefined ? undefined : await readPolicyFile(policyFile);
  const { source, vkey, name } = await locateLog({ dataDir });
  try {
    const keptFile = join(dataDir, "audit", `${name}.checkpoint`);
    return await verify({ source, vkey, keptFile, ...(policy === undefined ? {} : { policy }) });
  } finally {
    await source.close();
  }
}

/** Every entry from the first on, against the signed checkpoint and the one that was verified before. */
export const audit: Check = async (target) => {
  const result = await look({ ...target, policyFile: undefined });
  if (!result.verified) return notMet(`not verified: ${result.reason}`, result.rule);
  const { size, root, counts } = result;
  return met(
    `${size} entries verified from the first on, root ${root}`,
    ...Object.entries(counts).map(([type, count]) => `${count} ${type}`),
  );
};

/** Others cosigned the log, so that its operator cannot show two. */
export const witnesses: Check = async (target) => {
  if (target.policyFile === undefined)
    return partial("no policy of witnesses: the log is the operator's word");
  const result = await look(target);
  if (!result.verified) return notMet(`not verified: ${result.reason}`, result.rule);
  const by = result.witnessed?.by ?? [];
  return met(...by.map(({ name, at }) => `cosigned by ${name} at ${at}`));
};

/** Somebody opened something in an emergency, or tried to, and it was reviewed. */
export const emergency: Check = async (target) => {
  const result = await look({ ...target, policyFile: undefined });
  if (!result.verified) return notMet(`not verified: ${result.reason}`);
  const [requested = 0, released = 0, reviewed = 0] = ["requested", "released", "reviewed"].map(
    (act) => result.counts[`breakglass.${act}`] ?? 0,
  );
  const line = `${requested} requests, ${released} releases, ${reviewed} reviews in the log`;
  if (released === 0) return notMet(line, "no emergency access was ever tried: make a drill");
  return reviewed > 0 ? met(line) : partial(line, "nobody reviewed it");
};
