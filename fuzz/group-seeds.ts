/** Valid inputs for the decoders of groups, sealed sender and franking, and what opens them. */
import { verifyReport, writeReport } from "@cloister/protocol/franking";
import { splitSealedMessage, verifySenderCertificate } from "@cloister/protocol/sealed-sender";
import {
  acceptDistribution,
  decryptFromGroup,
  serializeSenderKey,
  serializeSenderKeyRecord,
} from "@cloister/protocol/sender-keys";
import { Franking } from "../packages/protocol/src/testing/franked.ts";
import { group } from "../packages/protocol/src/testing/group.ts";

const { sender, member } = group("fuzz");
const distribution = sender.share("bob.1").distribution;
sender.send("skipped");
const message = sender.send("hello");
const behind = decryptFromGroup(member.record, message).record;
if (!sender.senderKey) throw new Error("no sender key");

const franking = new Franking("fuzz");
const { org, alice, bob } = franking;
const uploaded = org.sealedForMany(alice, [bob]);
const franked = franking.franked("hello");
const { commitment } = franked;

export const groupSeeds = {
  distribution,
  accept: (input: Uint8Array) => acceptDistribution(member.record, input),
  message,
  open: (input: Uint8Array) => decryptFromGroup(member.record, input),
  senderKey: serializeSenderKey(sender.senderKey),
  senderKeyRecords: [member.record, behind].map(serializeSenderKeyRecord),
  certificate: org.certificate(alice),
  verifyCertificate: (input: Uint8Array) =>
    verifySenderCertificate(input, { trustRoots: [org.root.publicKey], nowMs: 0 }),
  uploaded,
  sealed: [org.sealed(alice, bob), ...splitSealedMessage(uploaded).recipients.map(({ message: own }) => own)],
  openSealed: (input: Uint8Array) => org.open(input, bob),
  franked: franked.plaintext,
  openFranked: (plaintext: Uint8Array) => franking.opened({ plaintext, commitment }),
  reports: [writeReport(franking.known("hello")), writeReport(franking.sealed("hello"))],
  verifyReport: (input: Uint8Array) => verifyReport(input, franking.desk),
};
