import { describe, test } from "vitest";
import { userEvent } from "vitest/browser";
import { find, open, press, read, see, write } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

/* Words on the screen that docs/intended-use.md names as the control of a hazard. */
describe("the screen says", () => {
  test("that no clinician reviewed the knowledge, at the answer and at the source", async () => {
    open(scenario(), { hash: "#/conversation/inhaler" });
    await read("Not reviewed by a clinician");
    await press("Asthma: relievers and preventers");
    await see("dialog", "Source 1");
    await read("Not reviewed by a clinician.");
    await press("Close");
    await press("Inhaled corticosteroids");
    await see("dialog", "Source 2");
    await read("Reviewed by a clinician.");
  });

  test("that nobody may be reading, where a message looks like an emergency", async () => {
    open(scenario(), { hash: "#/conversation/travel" });
    await write("crushing pain in my chest and I cannot breathe");
    await see("alert");
    await read("Perhaps nobody reads this chat right now");
  });

  test("that nobody may be reading, where a symptom check does", async () => {
    open(scenario(), { hash: "#/check/inhaler" });
    await press("Chest pain or pressure");
    await userEvent.click(find("checkbox", "Short of breath"), { force: true });
    await see("alert");
    await read("Perhaps nobody reads this chat right now");
  });

  test("that the assistant is a program, before it gets anything", async () => {
    open(scenario(), { hash: "#/conversation/alone" });
    await write("How much sleep do I need?");
    await press(/^Send$/);
    await read("is a computer program, not a person");
  });
});
