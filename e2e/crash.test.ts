import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "@cloister/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrashRule, findFaults, type Witness } from "./support/crash-check.ts";
import { checkDatabases } from "./support/crash-databases.ts";
import { planKills, seededRandom, victims } from "./support/crash-kills.ts";
import type { Tally } from "./support/crash-lines.ts";
import { CrashRun } from "./support/crash-run.ts";
import { altered, soundWitnesses } from "./support/crash-sample.ts";
import { bearWitness } from "./support/crash-witness.ts";
import { cloister } from "./support/stack.ts";

const seed = Number(process.env["CLOISTER_SEED"] ?? Math.floor(Math.random() * 1e9));
const messagesEach = 1000;
/** An agent answers each asker six questions at once and then one in ten seconds; more would wait for minutes. */
const askEvery = 100;
const questionsCount = (2 * messagesEach) / askEvery;
const intervalMs = 45;
const plan = { messagesCount: messagesEach, intervalMs, askEvery };
const roundsCount = 5;
/** Some messages on: longer than one takes to arrive, or a question to be answered. */
const maxKillDelayMs = 200;
const signUpKillsCount = 6;
/** Longer than signing up takes. */
const signUpMs = 150;
const logTimeoutMs = 90_000;

interface AuditReport {
  readonly verified: boolean;
  readonly counts?: Readonly<Record<string, number>>;
}

function auditLog(dataDir: string): AuditReport {
  const { stdout, stderr } = cloister(["audit", "verify", "--data", dataDir, "--json"]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as AuditReport;
}

/** Leaves follow behind messages; all of them are there in the end. */
async function auditSettledLog(dataDir: string): Promise<AuditReport> {
  for (const endMs = performance.now() + logTimeoutMs; ; await pause(500)) {
    const audit = auditLog(dataDir);
    const isSettled = audit.counts?.["message.sent"] === 2 * messagesEach;
    if (isSettled || performance.now() > endMs) return audit;
  }
}

function isComplete(tally: Tally | undefined): boolean {
  const { sentCount, receivedCount, answersCount } = tally ?? {};
  return sentCount === messagesEach && receivedCount === messagesEach && answersCount === questionsCount;
}

describe(`SIGKILL at random points, CLOISTER_SEED=${seed}`, () => {
  const random = seededRandom(seed);
  let run: CrashRun;

  beforeAll(async () => {
    run = await CrashRun.start();
  });
  afterAll(() => run?.end());

  it("while signing up, an invitation makes its one account all the same", async () => {
    const [, invitationCode = ""] = run.stack.clinicianInvitation.split("#invite=");
    const clinician = run.arrive({ ...plan, displayName: "clinician", askAt: askEvery - 1, invitationCode });
    for (let count = 0; count < signUpKillsCount; count += 1) {
      await run.reach("the clinician at the door", () => clinician.hasArrived);
      await pause(random() * signUpMs);
      await clinician.kill();
    }
    await run.reach("the clinician signed up", () => clinician.account !== undefined);
  });

  it("during 2,000 messages, none that was acknowledged is lost, none is shown twice", async () => {
    const startedMs = performance.now();
    const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
    const { people, stack } = run;
    run.arrive({ ...plan, displayName: "patient", askAt: askEvery / 2 });
    const areTalking = () => people.every(({ conversation }) => conversation !== undefined);
    await run.reach("both talk", areTalking);
    // This checkpoint is kept: in the end the log must still continue it.
    expect(auditLog(stack.dataDir).verified).toBe(true);

    const kills = planKills({
      random,
      roundsCount,
      messagesCount: 1.9 * messagesEach,
      maxDelayMs: maxKillDelayMs,
    });
    let killsAmidCount = 0;
    for (const kill of kills) {
      await run.kill(kill);
      if (run.writtenCount < 2 * messagesEach) killsAmidCount += 1;
    }
    expect(killsAmidCount).toBeGreaterThanOrEqual(20);
    const killedSeconds = seconds();
    await run.holds(() => people.every(({ tally }) => isComplete(tally)));
    const settledSeconds = seconds();

    const audit = await auditSettledLog(stack.dataDir);
    const witnesses: Witness[] = [];
    for (const person of people) {
      await person.end();
      const { witness, unverified } = await bearWitness(person);
      expect(unverified).toEqual([]);
      witnesses.push(witness);
    }
    expect(findFaults(witnesses)).toEqual([]);
    expect(audit).toMatchObject({
      verified: true,
      counts: { "message.sent": 2 * messagesEach, "ai.asked": questionsCount },
    });
    // Patient and clinician once; the assistant has another identity after each start.
    expect(audit.counts?.["account.created"]).toBeGreaterThanOrEqual(3);
    await stack.halt();
    const databases = await checkDatabases([stack.dataDir, run.dir]);
    // Relay, log, patient, clinician; the assistant has no disk.
    expect(databases.size).toBe(4);
    expect([...databases].filter(([, verdict]) => verdict !== "ok")).toEqual([]);
    expect(people.map(({ complaint }) => complaint)).toEqual([undefined, undefined]);
    process.stdout.write(
      `crash: seed ${seed}, ${kills.length} kills (${roundsCount} each of ${victims.join(", ")}) in ${killedSeconds} s, ` +
        `${2 * messagesEach} messages and ${questionsCount} questions settled in ${settledSeconds} s, ` +
        `log of ${JSON.stringify(audit.counts)}, checked in ${seconds()} s\n`,
    );
  });
});

/** The check can fail: each rule, broken once in a history that is sound otherwise. */
describe("the check of histories after crashes", () => {
  const { patient, clinician } = soundWitnesses();
  const without = (id: string) => (history: readonly Message[]) => history.filter((one) => one.id !== id);
  const again = (id: string, change: object) => (history: readonly Message[]) => [
    ...history,
    ...history.filter((one) => one.id === id).map((one) => Object.assign({}, one, { position: 99 }, change)),
  ];
  const backwards = (history: readonly Message[]) => history.toReversed();
  const further = (one: Message): Message => ({ ...one, position: one.position + 1 });
  const queued = patient.history.map((one) => Object.assign({}, one, { state: "queued" as const }));

  it.each<readonly [CrashRule, string, readonly Witness[]]>([
    ["LOST", "sent and not received", [patient, altered(clinician, without("patient 1"))]],
    [
      "LOST",
      "shown as sent once",
      [{ ...patient, history: queued }, altered(clinician, without("patient 1"))],
    ],
    ["DUPLICATED", "the same id twice", [patient, altered(clinician, again("patient 1", {}))]],
    ["DUPLICATED", "the same text twice", [patient, altered(clinician, again("patient 1", { id: "other" }))]],
    ["REORDERED", "a later one first", [patient, altered(clinician, backwards)]],
    ["FORGOTTEN", "shown and gone", [patient, { ...clinician, history: clinician.history.slice(1) }]],
    ["FORGOTTEN", "shown as sent and queued again", [{ ...patient, history: queued }, clinician]],
    [
      "FORGOTTEN",
      "shown in another place",
      [{ ...patient, history: patient.history.map(further) }, clinician],
    ],
    ["UNSENT", "never sent", [altered(patient, without("patient 2")), clinician]],
    ["UNANSWERED", "no answer", [patient, altered(clinician, without("answer"))]],
    ["ANSWERED_TWICE", "two answers", [altered(patient, again("answer", { id: "another" })), clinician]],
  ])("finds %s: %s", (rule, _, witnesses) => {
    expect(findFaults(witnesses).map((fault) => fault.split(" ")[0])).toContain(rule);
  });

  it("finds no fault in sound histories", () => {
    expect(findFaults([patient, clinician])).toEqual([]);
  });
});
