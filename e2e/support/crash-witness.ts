import { answersOf, type Witness } from "./crash-check.ts";
import { openDevice } from "./crash-device.ts";
import type { CrashPerson } from "./crash-person.ts";

/** What a person's device holds once its process has ended, with the answers whose receipts do not verify. */
export async function bearWitness(
  person: CrashPerson,
): Promise<{ readonly witness: Witness; readonly unverified: readonly string[] }> {
  const { plan, account = "", conversation = "", shown } = person;
  const { client, close } = await openDevice(plan);
  try {
    const history = await client.messages(conversation);
    const { displayName: name, messagesCount } = plan;
    const witness = { name, account, history, shown, messagesCount };
    const unverified: string[] = [];
    for (const answer of answersOf(witness)) {
      const { verified, steps } = await client.verifyReceipt(answer);
      if (!verified) unverified.push(`${answer.inReplyTo}: ${JSON.stringify(steps)}`);
    }
    return { witness, unverified };
  } finally {
    await close();
  }
}
