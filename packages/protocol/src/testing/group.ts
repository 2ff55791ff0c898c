/** A sender and a member of a group for tests, from a seed. */
import { fromUtf8, toUtf8, zeroise } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import {
  acceptDistribution,
  decryptFromGroup,
  emptySenderKeyRecord,
  encryptToGroup,
  type SenderKey,
  type SenderKeyRecord,
  type SenderKeyRecordStep,
  type SenderKeyStep,
  shareSenderKey,
} from "../sender-keys/index.ts";
import { seededRandom } from "./parties.ts";

export const distributionId = new Uint8Array(16).fill(0xd1);

/** Commits and overwrites as a store does, so a test that goes on proves that nothing live was overwritten. */
export class GroupSender {
  senderKey: SenderKey | undefined;
  readonly random: Random;

  constructor(seed: string) {
    this.random = seededRandom(seed);
  }

  /** The distribution and who must get it. */
  share(...members: readonly string[]): { distribution: Uint8Array; recipients: readonly string[] } {
    const { random, senderKey } = this;
    return this.commit(
      shareSenderKey({ distributionId, members, random, ...(senderKey ? { senderKey } : {}) }),
    );
  }

  send(text: string): Uint8Array {
    if (!this.senderKey) throw new Error("nothing shared yet");
    return this.commit(encryptToGroup(this.senderKey, toUtf8(text), this.random)).message;
  }

  commit<Step extends SenderKeyStep>(step: Step): Step {
    this.senderKey = step.senderKey;
    zeroise(...step.erase);
    return step;
  }
}

/** What one member holds of one sender. */
export class GroupMember {
  record: SenderKeyRecord = emptySenderKeyRecord(distributionId);

  accept(distribution: Uint8Array): this {
    this.commit(acceptDistribution(this.record, distribution));
    return this;
  }

  open(message: Uint8Array): string {
    return fromUtf8(this.commit(decryptFromGroup(this.record, message)).plaintext);
  }

  commit<Step extends SenderKeyRecordStep>(step: Step): Step {
    this.record = step.record;
    zeroise(...step.erase);
    return step;
  }
}

/** A sender who shared a key with one member. */
export function group(seed: string): { sender: GroupSender; member: GroupMember } {
  const sender = new GroupSender(seed);
  return { sender, member: new GroupMember().accept(sender.share("bob.1").distribution) };
}
