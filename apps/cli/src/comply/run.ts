import { BaseError } from "@cloister/bytes";
import { readOrganisation } from "../organisation.ts";
import { type Check, type CheckName, checkNames, type Evidence, runCheck, type Target } from "./check.ts";
import { accounts, assistant, backup, restore, secrets, sessions, software } from "./from-data.ts";
import { drillChecks } from "./from-drill.ts";
import { audit, emergency, witnesses } from "./from-log.ts";
import { doors, headers, transport } from "./from-network.ts";
import { type ComplianceReport, makeReport } from "./report.ts";

/** Every check by its name; those of the drill share one. */
function checks(): Readonly<Record<CheckName, Check>> {
  return {
    accounts,
    assistant,
    audit,
    backup,
    doors,
    emergency,
    headers,
    restore,
    secrets,
    sessions,
    software,
    transport,
    witnesses,
    ...drillChecks(),
  };
}

/** Runs one check. */
export async function checkOnly(name: CheckName, target: Target): Promise<Evidence> {
  return runCheck(name, checks()[name], target);
}

/** Runs every check, one after the other: the drill ends before the log is read. @throws BaseError `ORGANISATION_MISSING` */
export async function comply(target: Target, progress: (name: string) => void): Promise<ComplianceReport> {
  const organisation = await readOrganisation(target.dataDir);
  if (organisation === undefined) {
    throw new BaseError("Usage", "ORGANISATION_MISSING", `no organisation in ${target.dataDir}; say --data`);
  }
  const all = checks();
  const evidence: Evidence[] = [];
  const drilled = new Set<CheckName>(["conversation", "marker", "revocation"]);
  for (const name of checkNames.toSorted((a, b) => Number(drilled.has(b)) - Number(drilled.has(a)))) {
    progress(name);
    evidence.push(await runCheck(name, all[name], target));
  }
  return makeReport({
    organisation: organisation.name,
    madeAt: new Date(target.nowMs).toISOString(),
    evidence,
  });
}
