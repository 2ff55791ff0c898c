/** For each rule of franking, an input that breaks it and nothing else. */
import { toUtf8 } from "@cloister/bytes";
import { frank, openFranked, stampCommitment, verifyReport, writeReport } from "../franking/index.ts";
import type { frankingRules } from "../franking/rules.ts";
import { Franking, NOW_MS } from "./franked.ts";
import { flipped } from "./group-violations.ts";

export const frankingViolations: Record<keyof typeof frankingRules, () => unknown> = {
  "FRANK-001": () => {
    const { plaintext, commitment } = frank(toUtf8("hello"), new Franking("opening").org.random);
    openFranked(flipped(plaintext, -1), commitment);
  },
  "FRANK-002": () => {
    const franking = new Franking("kind");
    const { plaintext, commitment } = franking.franked("with a proof");
    openFranked(plaintext, commitment); // which is not of the kind without
  },
  "FRANK-003": () => {
    const franking = new Franking("stamp");
    const report = franking.known("hello");
    verifyReport(writeReport({ ...report, stamp: { ...report.stamp, hour: 1 } }), franking.desk);
  },
  "FRANK-004": () => {
    const franking = new Franking("proof");
    franking.opened(franking.franked("hello"), { senderKey: franking.bob.identityKeyPair.publicKey });
  },
  "FRANK-005": () => {
    const franking = new Franking("report");
    verifyReport(writeReport(franking.known("hello")).subarray(1), franking.desk);
  },
  "FRANK-006": () => {
    const franking = new Franking("key");
    verifyReport(writeReport(franking.known("hello")), { ...franking.desk, stampKeys: [] });
  },
  "FRANK-007": () => {
    const { alice, bob, stampKey } = new Franking("range");
    const delivery = { commitment: new Uint8Array(31), recipient: bob.account, sender: alice.account };
    stampCommitment(delivery, { key: stampKey, nowMs: NOW_MS });
  },
};
