/** For each rule of sealed sender, an input that breaks it and nothing else. */
import type { sealedSenderRules } from "../sealed-sender/rules.ts";
import { flipped } from "./group-violations.ts";
import { EXPIRES_AT_MS, Organisation, organisation } from "./sealed.ts";

export const sealedViolations: Record<keyof typeof sealedSenderRules, () => unknown> = {
  "SEALED-001": () => {
    const { org, alice, bob } = organisation("version");
    org.open(org.sealedForMany(alice, [bob]), bob); // the sent form, not cut up
  },
  "SEALED-002": () => {
    const { org, alice, bob } = organisation("tampered");
    org.open(flipped(org.sealed(alice, bob), -1), bob);
  },
  "SEALED-003": () => {
    const { org, alice, bob } = organisation("root");
    org.open(org.sealed(alice, bob), bob, { trustRoots: [new Organisation("other").root.publicKey] });
  },
  "SEALED-004": () => {
    const { org, alice, bob } = organisation("server");
    const serverPrivateKey = alice.identityKeyPair.privateKey;
    const senderCertificate = org.certificate(alice, { serverPrivateKey });
    org.open(org.sealed(alice, bob, org.content(alice, { senderCertificate })), bob);
  },
  "SEALED-005": () => {
    const { org, alice, bob } = organisation("expired");
    const sealed = org.sealed(alice, bob);
    org.open(sealed, bob, { nowMs: EXPIRES_AT_MS }); // the last moment
    org.open(sealed, bob, { nowMs: EXPIRES_AT_MS + 1 });
  },
  "SEALED-006": () => {
    const { org, alice, bob } = organisation("imposture");
    const carol = org.device(3);
    org.open(org.sealed(carol, bob, org.content(alice)), bob);
  },
  "SEALED-007": () => {
    const { org, alice } = organisation("own");
    org.open(org.sealed(alice, { ...alice, deviceId: 2 }), alice);
  },
  "SEALED-008": () => {
    const { org, alice, bob } = organisation("revoked");
    const sealed = org.sealed(alice, bob);
    org.open(sealed, bob, { revokedServerKeyIds: [6] });
    org.open(sealed, bob, { revokedServerKeyIds: [6, 7] });
  },
  "SEALED-009": () => {
    const { org, alice, bob } = organisation("twice");
    org.sealedForMany(alice, [bob, bob]);
  },
};
