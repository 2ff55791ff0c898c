import { BaseError, equalBytes } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { findUndeclared } from "@cloister/deid";
import {
  type CanaryPlan,
  drawPlan,
  type PlanSize,
  planCommitment,
  plantedPhrases,
} from "@cloister/privacy/canary";
import { decodeLeaf } from "@cloister/transparency";
import { exists } from "../files.ts";
import { leafOfNow, type OrganisationLog } from "../organisation-log.ts";
import { readPlan, type StoredPlan, writePlan } from "./plan-file.ts";
import { messageOf } from "./vendor.ts";

/** Draws a plan and commits to it in the log. @throws BaseError `CANARY_EXISTS`, those of the log and of `drawPlan` */
export async function makePlan(file: string, size: PlanSize, log: OrganisationLog): Promise<CanaryPlan> {
  if (await exists(file))
    throw new BaseError("Conflict", "CANARY_EXISTS", `${file} is there already; name another file`);
  const plan = drawPlan(systemRandom, size, (phrase) => findUndeclared(messageOf(phrase), []).length === 0);
  const planned = leafOfNow("canary.planned", { commitment: planCommitment(plan) });
  await log.append(planned);
  await writePlan(file, { plan, planned });
  return plan;
}

/**
 * The phrases to send, once the log says that they are about to be. Again after it broke off: the entry is one.
 * @throws BaseError `CANARY_COMMITMENT`, `CANARY_NOT_COMMITTED`
 */
export async function beginPlanting(file: string, log: OrganisationLog): Promise<readonly string[]> {
  const stored = await readPlan(file);
  await requirePlanned(stored, log);
  const planted = stored.planted ?? leafOfNow("canary.planted", { commitment: planCommitment(stored.plan) });
  // Kept before it is sent, so that the entry in the log is never one that nobody knows.
  await writePlan(file, { ...stored, planted });
  await log.append(planted);
  return plantedPhrases(stored.plan);
}

/**
 * A plan that may be scored: the log holds its commitment, before the entry of its planting, and the plan is what
 * was committed to.
 * @throws BaseError `CANARY_COMMITMENT`, `CANARY_NOT_COMMITTED`, `CANARY_NOT_PLANTED`, `CANARY_ORDER`
 */
export async function committedPlan(file: string, log: OrganisationLog): Promise<CanaryPlan> {
  const stored = await readPlan(file);
  const plannedAt = await requirePlanned(stored, log);
  if (stored.planted === undefined || !matches(stored.planted, "canary.planted", stored.plan))
    throw invalid("CANARY_NOT_PLANTED", "the plan was not planted by `cloister canary plant`");
  const plantedAt = await log.positionOf(stored.planted);
  if (plantedAt === undefined) throw invalid("CANARY_NOT_PLANTED", "the log has no entry of the planting");
  if (plantedAt <= plannedAt)
    throw invalid("CANARY_ORDER", "the commitment came into the log after the planting");
  return stored.plan;
}

async function requirePlanned({ plan, planned }: StoredPlan, log: OrganisationLog): Promise<number> {
  if (!matches(planned, "canary.planned", plan))
    throw invalid("CANARY_COMMITMENT", "the plan is another than the one committed to");
  const position = await log.positionOf(planned);
  if (position === undefined)
    throw invalid("CANARY_NOT_COMMITTED", "the log does not hold the plan's commitment");
  return position;
}

function matches(leaf: Uint8Array, type: "canary.planned" | "canary.planted", plan: CanaryPlan): boolean {
  const { event } = decodeLeaf(leaf);
  return event.type === type && equalBytes(event.commitment, planCommitment(plan));
}

function invalid(code: string, why: string): BaseError {
  return new BaseError("Verification", code, `invalid: ${why}; no score of it would mean anything`);
}
