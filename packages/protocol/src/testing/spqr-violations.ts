/** For each rule of the post-quantum ratchet, an input that breaks it and nothing else. */
import { fromHex } from "@cloister/bytes";
import { sendSpqr } from "../spqr/index.ts";
import { parseSpqrField } from "../spqr/message.ts";
import type { spqrRules } from "../spqr/rules.ts";
import { seededRandom } from "./parties.ts";
import { exchangeUntil, type SpqrSide, spqrSides } from "./spqr-sides.ts";

const damagedChunk = (index: number) => ({ index, data: new Uint8Array(32).fill(0xee) });

/** Sides that are about to reach the state that a step of `bob` leads to. */
function sidesIn(kind: SpqrSide["kind"]): { alice: SpqrSide; bob: SpqrSide } {
  const { alice, bob } = spqrSides(kind);
  exchangeUntil(alice, bob, () => alice.kind === kind || bob.kind === kind);
  return { alice, bob };
}

export const spqrViolations: Record<keyof typeof spqrRules, () => unknown> = {
  "SPQR-001": () => spqrSides("versionless").bob.open({ field: undefined }),
  "SPQR-002": () => parseSpqrField(fromHex("01000100")),
  "SPQR-003": () => {
    const { alice, bob } = spqrSides("forgotten epoch");
    const late = alice.send();
    exchangeUntil(alice, bob, () => bob.active.schedule.firstEpoch > 0n);
    bob.open(late);
  },
  "SPQR-004": () => {
    const { alice, bob } = spqrSides("jump");
    bob.open(alice.forge({ index: 25_001 }));
  },
  "SPQR-005": () => {
    const { alice, bob } = spqrSides("twice");
    const sent = alice.send();
    bob.open(sent);
    bob.open(sent);
  },
  "SPQR-006": () => {
    const { alice, bob } = spqrSides("window");
    bob.open(alice.forge({ index: 2002 }));
    bob.open(alice.forge({ index: 1 }));
  },
  "SPQR-007": () => {
    const { alice } = spqrSides("used up");
    const { schedule } = alice.active;
    const [first] = schedule.epochs;
    if (!first?.sending) throw new Error("no chain");
    const epochs = [{ ...first, sending: { ...first.sending, index: 2 ** 32 - 1 } }];
    sendSpqr({ ...alice.active, schedule: { ...schedule, epochs } }, seededRandom("used up"));
  },
  "SPQR-008": () => {
    const { alice, bob } = spqrSides("not keyed");
    bob.open(alice.forge({ index: 0 }));
  },
  "SPQR-009": () => {
    const { alice, bob } = spqrSides("ahead");
    bob.open(alice.forge({ epoch: 2n }));
  },
  "SPQR-010": () => {
    const { alice, bob } = spqrSides("header");
    bob.open(alice.forge({ payload: { type: "header", chunk: damagedChunk(0) } }));
    bob.open(alice.send());
    bob.open(alice.send());
  },
  "SPQR-011": () => {
    const { alice, bob } = sidesIn("header-sent");
    const payload = { type: "vector", chunk: damagedChunk(60_000) } as const;
    bob.open(alice.forge({ payload }));
    for (let count = 0; count < 36; count += 1) bob.open(alice.send());
  },
  "SPQR-012": () => {
    const { alice, bob } = sidesIn("ct2-sampled");
    alice.open(bob.forge({ payload: { type: "ct2", chunk: damagedChunk(60_000) } }));
    for (let count = 0; count < 5; count += 1) alice.open(bob.send());
  },
  "SPQR-013": () => {
    const { alice, bob } = spqrSides("version");
    bob.open(alice.send());
    bob.open({ field: fromHex("020102") });
  },
};
