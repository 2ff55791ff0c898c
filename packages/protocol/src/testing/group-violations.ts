/** For each rule of sender keys, an input that breaks it and nothing else. */
import { fromHex } from "@cloister/bytes";
import {
  acceptDistribution,
  encryptToGroup,
  inspectGroupMessage,
  parseSenderKey,
  parseSenderKeyRecord,
  serializeSenderKey,
  serializeSenderKeyRecord,
} from "../sender-keys/index.ts";
import type { senderKeyRules } from "../sender-keys/rules.ts";
import { readDistribution, writeDistribution } from "../sender-keys/wire.ts";
import { GroupMember, group } from "./group.ts";

/** A copy with the lowest bit of one byte changed; negative positions count from the end. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes);
  const index = at < 0 ? bytes.length + at : at;
  out[index] = (out[index] ?? 0) ^ 1;
  return out;
}

export const groupViolations: Record<keyof typeof senderKeyRules, () => unknown> = {
  "GROUP-001": () => {
    const message = group("version").sender.send("older");
    message[0] = 0x22;
    inspectGroupMessage(message);
  },
  "GROUP-002": () => new GroupMember().open(group("unknown").sender.send("who?")),
  "GROUP-003": () => {
    const { sender, member } = group("signature");
    member.open(flipped(sender.send("tampered"), -2));
  },
  "GROUP-004": () => {
    const { sender, member } = group("other group");
    const { distribution } = sender.share("bob.1");
    const fields = readDistribution(distribution);
    acceptDistribution(member.record, writeDistribution({ ...fields, distributionId: new Uint8Array(16) }));
  },
  "GROUP-005": () => {
    const { sender } = group("joined later");
    const before = sender.send("before");
    const { distribution } = sender.share("bob.1", "carol.1");
    new GroupMember().accept(distribution).open(before);
  },
  "GROUP-006": () => {
    const { sender } = group("used up");
    if (!sender.senderKey) throw new Error("no sender key");
    encryptToGroup({ ...sender.senderKey, iteration: 2 ** 32 }, new Uint8Array(1), sender.random);
  },
  "GROUP-007": () => group("members").sender.share("bob.1", "bob.1"),
  "GROUP-008": () =>
    parseSenderKeyRecord(serializeSenderKeyRecord(group("damaged").member.record).subarray(1)),
  "GROUP-009": () => {
    const { senderKey } = group("format").sender;
    if (!senderKey) throw new Error("no sender key");
    parseSenderKey(serializeSenderKey(senderKey)); // this format is read
    parseSenderKey(fromHex("a166666f726d617402"));
  },
};
