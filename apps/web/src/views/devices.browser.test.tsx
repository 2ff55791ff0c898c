import { BaseError, fromBase64 } from "@cloister/bytes";
import { encodeQR } from "qr";
import { describe, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { deviceName } from "../model/device-name.ts";
import { qrReader } from "../model/qr-reader.ts";
import { FakeClient } from "../testing/fake-client.ts";
import { find, open, press, read, readNoMore, see } from "../testing/render.tsx";
import { scenario } from "../testing/scenario.ts";

/** A picture of a QR code, as somebody would take it of a screen. */
async function pictureOf(text: string): Promise<File> {
  const rows = encodeQR(text, "raw", { border: 4 });
  const canvas = new OffscreenCanvas(rows.length * 6 + 80, rows.length * 6 + 60);
  const drawing = canvas.getContext("2d");
  if (!drawing) throw new Error("no canvas");
  drawing.fillStyle = "#d8d2c4";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  for (const [y, row] of rows.entries()) {
    for (const [x, isDark] of row.entries()) {
      drawing.fillStyle = isDark ? "#10201b" : "#fff";
      drawing.fillRect(50 + x * 6, 20 + y * 6, 6, 6);
    }
  }
  return new File([await canvas.convertToBlob()], "code.png", { type: "image/png" });
}

describe("letting a device in", () => {
  test("by its code: compare, decide, and give it the earlier messages", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Link another device");
    await userEvent.fill(find("textbox", "Code of the new device"), " ABC ");
    client.failNext("linkNewDevice", new BaseError("Decode", "LINK_CODE", "this code is not complete"));
    await press("Use this code");
    await read("This code is not complete.");
    await press("Use this code");
    await read("482 913");
    await expect.poll(() => document.activeElement?.role).toBe("dialog");
    await read("Firefox on Android");
    await press("Yes, let it in");
    await see("button", "Remove device 3");
    expect(client.own.history).toMatchObject({ direction: "giving" });
  });

  test("not when the person says no", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Link another device");
    await userEvent.fill(find("textbox", "Code of the new device"), "ABC");
    await press("Use this code");
    await press("No, stop");
    await readNoMore("482 913");
    expect(client.own.devices).toHaveLength(2);
    await expect.poll(() => document.activeElement?.textContent).toContain("Link another device");
  });

  test("without the earlier messages when they are not wanted", async () => {
    const client = scenario();
    open(client, { hash: "#/settings" });
    await press("Link another device");
    await userEvent.fill(find("textbox", "Code of the new device"), "ABC");
    await press("Use this code");
    await userEvent.click(page.getByText("Give it my earlier messages"));
    await press("Yes, let it in");
    await see("button", "Remove device 3");
    expect(client.own.history).toBeUndefined();
  });

  test("from a picture of its screen, chosen or pasted", async () => {
    const client = scenario();
    const asked = vi.spyOn(client, "linkNewDevice");
    open(client, { hash: "#/settings" });
    await press("Link another device");
    await see("button", "Choose a picture of it");
    const transfer = new DataTransfer();
    transfer.items.add(await pictureOf("a code from a picture"));
    const input = document.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) throw new Error("no way to choose a picture");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await read("482 913");
    expect(asked).toHaveBeenCalledWith("a code from a picture");
  });

  test("says when there is no code in a picture", async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Link another device");
    await see("textbox", "Code of the new device");
    const clipboardData = new DataTransfer();
    const canvas = new OffscreenCanvas(200, 200);
    canvas.getContext("2d")?.fillRect(0, 0, 200, 200);
    clipboardData.items.add(new File([await canvas.convertToBlob()], "black.png", { type: "image/png" }));
    const target = find("textbox", "Code of the new device").element();
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    await read("There is no code to be seen");
  });

  test("says what to do when there is no camera", async () => {
    open(scenario(), { hash: "#/settings" });
    await press("Link another device");
    await press("Scan with the camera");
    await read("use one of the other ways");
  });
});

test("what is shown can be read again", async () => {
  const client = new FakeClient();
  open(client);
  await press("Link to an account on another device");
  await see("img", "Code for your other device");
  const shot = await find("img", "Code for your other device").screenshot({ save: false });
  const text = await (await qrReader())(new Blob([fromBase64(shot)]));
  expect(text).toMatch(/^[A-Za-z0-9_-]{50,}$/);
  await userEvent.click(page.getByText("No camera there? Copy the code instead"));
  await read(text ?? "nothing");
});

test("a new device shows the digits as soon as the other one has read its code", async () => {
  const client = new FakeClient();
  open(client);
  await press("Link to an account on another device");
  await see("img", "Code for your other device");
  client.own.answer();
  await read("482 913");
  await readNoMore("Codes expire");
});

describe("earlier messages", () => {
  test("show how far they are and can be done without", async () => {
    const client = scenario();
    client.setHistory({ direction: "receiving", doneCount: 0, totalCount: undefined, isIncomplete: false });
    open(client);
    await read("Waiting for your other device");
    client.setHistory({ direction: "receiving", doneCount: 1, totalCount: 3, isIncomplete: false });
    await read("Fetching earlier messages: 1 of 3 conversations");
    await press("Do without them");
    await readNoMore("Fetching earlier messages");
    expect(client.calls).toContain("stopHistory");
  });

  test("appear in a conversation that is open", async () => {
    const client = scenario();
    open(client, { hash: "#/conversation/inhaler" });
    await see("log", "Messages");
    const loads = client.calls.filter((call) => call === "messages").length;
    client.arriveHistory("inhaler");
    await expect.poll(() => client.calls.filter((call) => call === "messages").length).toBe(loads + 1);
  });
});

test("a safety code that matches marks the person as verified, another one warns", async () => {
  const client = scenario();
  const scan = async (text: string) => {
    await userEvent.click(page.getByText("In one room? Scan instead"));
    await see("img", "Your safety code");
    const clipboardData = new DataTransfer();
    clipboardData.items.add(await pictureOf(text));
    const target = find("button", "Scan with the camera").element();
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  };
  open(client, { hash: "#/conversation/inhaler" });
  await press("Options of this conversation");
  await press("Compare safety numbers with Dr Lena Vogt", "menuitem");
  await scan("somebody else's code");
  await read("Do not write anything private here");
  await press("Close");
  await press("Options of this conversation");
  await press("Compare safety numbers with Dr Lena Vogt", "menuitem");
  await scan("CAISIgog");
  await expect.poll(() => client.calls.includes("matchesSafetyCode")).toBe(true);
  await expect.poll(() => client.contact("lena")?.verification).toBe("verified");
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  ["something else", "A browser"],
])("a browser is named as people know it: %s", (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});
