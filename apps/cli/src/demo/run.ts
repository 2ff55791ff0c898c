import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpSource } from "../audit/source.ts";
import { audit } from "../audit/verify.ts";
import { interruption } from "../interruption.ts";
import { invite } from "../organisation.ts";
import { type Stack, startStack } from "../up/stack.ts";
import { arrive, type Person } from "./person.ts";
import type { DemoReport } from "./report.ts";
import { Scene } from "./scene.ts";

const hourMs = 3_600_000;

type Progress = (step: string) => void;

/**
 * The whole conversation in one process, against a relay, a log and an assistant of its own in a temporary
 * folder, which is removed again whatever happens.
 */
export async function runDemo(progress: Progress): Promise<DemoReport> {
  const startedMs = performance.now();
  const dir = await mkdtemp(join(tmpdir(), "cloister-demo-"));
  const undo: (() => Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  // It stops at its next step, so that it can clean up.
  const interrupted = interruption();
  const step: Progress = (name) => {
    interrupted.throwIfAborted();
    progress(name);
  };
  try {
    return await play({ dir, undo, progress: step, startedMs });
  } finally {
    for (const end of undo.toReversed()) await end();
  }
}

interface Play {
  readonly dir: string;
  /** What to end afterwards, last first. */
  readonly undo: (() => Promise<void>)[];
  readonly progress: Progress;
  readonly startedMs: number;
}

async function play({ dir, undo, progress, startedMs }: Play): Promise<DemoReport> {
  const dataDir = join(dir, "data");
  const stack = await startStack({
    dataDir,
    host: "127.0.0.1",
    port: 0,
    logPort: 0,
    organisation: { name: "Demo Clinic" },
    web: false,
    progress: (step) => progress(`starting ${step}`),
  });
  undo.push(() => stack.stop());
  const enter = async (arriving: Promise<Person>) => {
    const person = await arriving;
    undo.push(() => person.leave());
    return person;
  };
  progress("a patient and a clinician sign up");
  const { relayUrl } = stack;
  const patient = await enter(arrive({ relayUrl, dir: join(dir, "patient"), displayName: "Sam Rivera" }));
  const invitationCode = await invite({
    dataDir,
    role: "clinician",
    name: "Dr. Robin Example",
    expiresAtMs: Date.now() + hourMs,
  });
  const clinician = await enter(
    arrive({ relayUrl, dir: join(dir, "clinician"), displayName: "Dr. Robin Example", invitationCode }),
  );

  const scene = await Scene.open({ patient, clinician, dataDir, scratchDir: join(dir, "copies") });
  progress("they compare safety numbers");
  await scene.compareSafetyNumbers();
  progress("the patient writes while the clinician is away");
  const relay = await scene.writeWhileAway();
  progress("the clinician comes back and answers");
  await scene.answerPatient();
  progress("the patient asks the assistant");
  const receipt = await scene.askAssistant();
  progress("the patient takes the consent back");
  await scene.revokeConsent();
  progress("the log is verified");
  const log = await verifyLogOf(stack, dataDir);
  scene.check("log", log.verified, log.verified ? `${log.size} entries verified` : log.reason);

  const { checks } = scene;
  return {
    passed: checks.every(({ passed }) => passed),
    durationMs: Math.round(performance.now() - startedMs),
    transcript: await scene.transcript(),
    relay,
    receipt,
    log,
    checks,
  };
}

async function verifyLogOf({ logUrl, readerToken, vkey }: Stack, dataDir: string) {
  return audit({
    source: httpSource(logUrl, readerToken),
    vkey,
    keptFile: join(dataDir, "audit", "own-log.checkpoint"),
  });
}
