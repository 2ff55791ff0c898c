import { describe, expect, it } from "vitest";
import { loadSuite } from "./suites.ts";

const available = ["client", "enclave", "on-premise", "cloud"];

describe("suite route", () => {
  it("lets general questions go to the cloud without identifiers, and nothing else", async () => {
    const suite = await loadSuite("route", {});
    const answers = [
      "What are the symptoms of gout?",
      "My mother has gout.",
      "Her MRN is 4411023, DOB 3/9/1961.",
      "My mother Ana Ruiz has gout.",
    ].map((text, id) => suite({ id, text, available }));
    expect(answers).toMatchObject([
      { sensitivity: "public", processor: "cloud", deidentify: true },
      { sensitivity: "contextual", processor: "on-premise" },
      { sensitivity: "sensitive", processor: "enclave" },
      { sensitivity: "sensitive", processor: "enclave" },
    ]);
  });
});
