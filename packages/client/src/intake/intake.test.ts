import { isBaseError } from "@cloister/bytes";
import { TestWorld } from "@cloister/testkit/test-world";
import { describe, expect, it } from "vitest";

const intake = {
  questionnaire: "chest-pain",
  version: "1",
  answers: [
    { item: "spread", codes: ["arm"] },
    { item: "severity", value: 7 },
  ],
  urgency: "emergency",
} as const;

async function together() {
  const world = await TestWorld.create(41);
  const patient = await world.join("Amina");
  const clinician = await world.join("Dr Vogt", "clinician");
  const { id } = await world.settle(
    patient.client.createConversation({ title: "Chest", members: [clinician.account] }),
  );
  return { world, patient, clinician, id };
}

describe("a symptom check", () => {
  it("arrives with its codes, and is there after a restart on both sides", async () => {
    const { world, patient, clinician, id } = await together();
    await world.settle(patient.client.sendText({ conversation: id, body: "Symptom check", intake }));
    await world.quiet(patient, clinician);
    await patient.restart();
    await clinician.restart();
    for (const { client } of [patient, clinician]) {
      const last = (await world.settle(client.messages(id))).at(-1);
      expect(last).toMatchObject({ kind: "text", body: "Symptom check", intake });
    }
  });

  it("that is not finished stays on the device, through a restart, until it is forgotten", async () => {
    const { world, patient, clinician, id } = await together();
    const draft = { ...intake, note: "it began on the stairs" };
    await world.settle(patient.client.saveIntakeDraft(id, draft));
    await world.quiet(patient, clinician);
    await patient.restart();
    expect(patient.client.intakeDraft(id)).toEqual(draft);
    expect(clinician.client.intakeDraft(id)).toBeUndefined();
    const said = await world.settle(clinician.client.messages(id));
    expect(said.every(({ kind }) => kind === "notice")).toBe(true);
    await world.settle(patient.client.saveIntakeDraft(id, undefined));
    expect(patient.client.intakeDraft(id)).toBeUndefined();
  });

  it("is of a conversation", async () => {
    const { world, patient } = await together();
    const lost = patient.client
      .saveIntakeDraft("AAAAAAAAAAAAAAAAAAAAAA", intake)
      .catch((error: unknown) => error);
    expect(isBaseError(await world.settle(lost), "CONVERSATION_UNKNOWN")).toBe(true);
  });
});
