// Tests are checked without this package's tsconfig.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="../styles/css.d.ts" />
import axe from "axe-core";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect } from "vitest";
import { type Locator, page, userEvent } from "vitest/browser";
import { ClientModel } from "../model/client-model.ts";
import { applyPreferences, changePreferences } from "../model/preferences.ts";
import "../styles/index.css";
import { App } from "../views/app.tsx";
import type { FakeClient } from "./fake-client.ts";

export const desktop = { width: 1200, height: 860 };
export const phone = { width: 320, height: 640 };

let mounted: { readonly root: Root; readonly host: HTMLElement } | undefined;

beforeEach(async () => {
  changePreferences({ theme: "light", textSize: "normal", remindAtMs: 0 });
  await page.viewport(desktop.width, desktop.height);
});

afterEach(() => {
  mounted?.root.unmount();
  mounted?.host.remove();
  mounted = undefined;
  history.replaceState(null, "", "#/");
});

/** Shows the whole app as this client's device, at a place. Returns its model. */
export function open(
  client: FakeClient,
  options: { hash?: string; invitationCode?: string } = {},
): ClientModel {
  history.replaceState(null, "", options.hash ?? "#/");
  applyPreferences();
  const model = new ClientModel(client);
  const host = document.body.appendChild(document.createElement("div"));
  const root = createRoot(host);
  root.render(<App model={model} invitationCode={options.invitationCode} />);
  mounted = { root, host };
  return model;
}

const patience = { timeout: 5000 };

/** The first element with this role whose name contains `name`. */
export function find(role: string, name: string | RegExp = ""): Locator {
  return page.getByRole(role, name === "" ? {} : { name, exact: false }).first();
}

/** Waits until an element can be seen. */
export async function see(role: string, name?: string | RegExp): Promise<void> {
  await expect.element(find(role, name), patience).toBeVisible();
}

/** Waits until these words can be read. */
export async function read(words: string): Promise<void> {
  await expect.element(page.getByText(words, { exact: false }).first(), patience).toBeVisible();
}

/** Waits until no element has these words. */
export async function readNoMore(words: string): Promise<void> {
  await expect.element(page.getByText(words, { exact: false }), patience).not.toBeInTheDocument();
}

export async function press(name: string | RegExp, role = "button"): Promise<void> {
  await see(role, name);
  await userEvent.click(find(role, name));
}

/** Writes into the composer. */
export async function write(words: string): Promise<void> {
  await see("textbox", "Message");
  await userEvent.fill(find("textbox", "Message"), words);
}

const wcagTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Holds what is on the screen against axe's WCAG 2.2 A and AA rules and its best practices. */
export async function expectAccessible(): Promise<void> {
  // Colours in the middle of a transition are nobody's colours.
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime === Infinity) animation.cancel();
    else animation.finish();
  }
  // Behind a menu or dialog the page is hidden, so that its landmarks and headings cannot be counted.
  const isCovered = document.querySelector('[role="menu"], [role="dialog"], [role="alertdialog"]') !== null;
  const tags = isCovered ? wcagTags : [...wcagTags, "best-practice"];
  const { violations } = await axe.run(document, { resultTypes: ["violations"], runOnly: tags });
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(found).toEqual([]);
}

/** Nothing may be cut off at the side. */
export function expectNoSidewaysScroll(): void {
  const { scrollWidth, clientWidth } = document.documentElement;
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
}
