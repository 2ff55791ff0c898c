import { BaseError } from "@cloister/bytes";
import { afterEach, describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeClient } from "../testing/fake-client.ts";
import { knownPhrase } from "../testing/fake-devices.ts";
import { find, open, press, read, readNoMore, see } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

afterEach(() => vi.restoreAllMocks());

/** Writes the words that are asked for, as a person reads them off a paper. */
async function writeWords(): Promise<void> {
  await see("textbox", /^Word/);
  for (const field of page.getByRole("textbox", { name: /^Word/ }).all()) {
    const label = (field.element() as HTMLInputElement).labels?.[0]?.textContent ?? "";
    const place = Number(/\d+/.exec(label)?.[0]);
    await userEvent.fill(field, ` ${knownPhrase.split(" ")[place - 1]?.toUpperCase()} `);
  }
}

describe("setting up a backup", () => {
  test("shows twelve words once, asks for three, and takes the phrase only then", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Set up a backup");
    await see("list", "Your twelve words");
    expect(find("list", "Your twelve words").element().querySelectorAll("li")).toHaveLength(12);
    await press("I have written them down");
    await press("Use these words");
    await read("Look at your paper again");
    expect(client.own.secrets).toEqual([]);
    await writeWords();
    await press("Use these words");
    await read("One step is left");
    expect(client.own.secrets).toEqual([{ way: "phrase", phrase: knownPhrase }]);
    await readNoMore("yellow");
    await expect.poll(() => document.activeElement?.textContent).toBe("Backup");
    expect(JSON.stringify(localStorage)).not.toContain("yellow");
  });

  test("takes nothing when the person stops", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Set up a backup");
    await press("Not now");
    await see("button", "Set up a backup");
    expect(client.own.secrets).toEqual([]);
  });

  test("keeps a copy at the organisation, or saves a file", async () => {
    const client = scenario();
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: false, isVoid: false });
    const saved = vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue(undefined);
    open(client, { hash: "#/settings" });
    await press("Save a file now");
    await read("Last backup: today, in a file.");
    const [link] = saved.mock.contexts as HTMLAnchorElement[];
    expect(link?.download).toMatch(/^backup-\d{4}-\d\d-\d\d\.cloister$/);
    client.failNext("keepBackupAtRelay", new BaseError("Unavailable", "STORAGE_FULL", "full"));
    await userEvent.click(page.getByText("Keep a copy at the organisation"));
    await see("alert");
    await userEvent.click(page.getByText("Keep a copy at the organisation"));
    await read("Last backup: today, at the organisation.");
  });

  test("ends it after a question", async () => {
    const client = scenario();
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: true, lastAtMs: Date.now(), isVoid: false });
    open(client, { hash: "#/settings" });
    await press("End the backup…");
    await press("Keep it");
    await press("End the backup…");
    await press("End it");
    await see("button", "Set up a backup");
    expect(client.calls).toContain("removeBackup");
  });
});

describe("the reminder", () => {
  test("comes when there is something to lose, and rests when it is put off", async () => {
    const client = scenario();
    open(client);
    await read("A backup saves them");
    await press("Later");
    await readNoMore("A backup saves them");
  });

  test("is not there when there is a backup or nothing to lose", async () => {
    const client = scenario();
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: true, isVoid: false });
    open(client);
    await see("heading", "Conversations");
    await readNoMore("A backup saves them");
    client.setBackup({ ways: ["phrase"], isKeptAtRelay: false, isVoid: true });
    await read("A backup saves them");
  });
});

describe("restoring", () => {
  test("explains wrong words one by one, and then brings the person in", async () => {
    const client = new FakeClient();
    open(client);
    await press("Restore from a backup");
    const words = () => find("textbox", "Your twelve words");
    await userEvent.fill(words(), knownPhrase.replace("wave", "waev").replace("useful", "uzeful"));
    await press(/^Restore$/);
    await read("Word 5, “waev”, is not in the list. Is it “wave”? Word 8, “uzeful”, is not in the list.");
    await userEvent.fill(words(), knownPhrase.split(" ").slice(1).join(" "));
    await press(/^Restore$/);
    await read("These are 11 of 12 words.");
    await userEvent.fill(words(), knownPhrase.replace("thank year", "year thank"));
    await press(/^Restore$/);
    await read("or two changed places");
    expect(client.own.restoredFrom).toBeUndefined();

    await userEvent.fill(words(), knownPhrase);
    const wrong = new BaseError("Policy", "BACKUP_NOT_FOUND", "no backup for these words is kept here");
    client.failNext("restoreBackup", wrong);
    await press(/^Restore$/);
    await read("No backup for these words is kept here.");
    await press(/^Restore$/);
    await see("heading", "Conversations");
    expect(client.own.restoredFrom).toEqual({ secret: { way: "phrase", phrase: knownPhrase } });
  });

  test("reads a file piece by piece", async () => {
    const client = new FakeClient();
    open(client);
    await press("Restore from a backup");
    await userEvent.click(page.getByText("In a file", { exact: true }));
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array([1, 2, 3, 4, 5])], "backup.cloister"));
    const input = document.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) throw new Error("no way to choose a file");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await read("backup.cloister");
    await userEvent.fill(find("textbox", "Your twelve words"), knownPhrase);
    await press(/^Restore$/);
    await see("heading", "Conversations");
    const { file } = client.own.restoredFrom ?? {};
    expect(await file?.read(1, 3)).toEqual(new Uint8Array([2, 3, 4]));
    expect(await file?.read(4, 9)).toEqual(new Uint8Array([5]));
  });
});
