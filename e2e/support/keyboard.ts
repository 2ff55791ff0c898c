import type { Locator, Page } from "playwright-core";

/** More stops than any view has. */
const maxStops = 60;

/** A person without a mouse: presses keys and looks where the focus is. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Tabs to a control; each stop on the way has to be in sight and marked. */
  async tabTo(target: Locator): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop < maxStops; stop += 1) {
      if (await hasFocus(target)) return;
      await this.#page.keyboard.press("Tab");
      const flaw = await this.#page.evaluate(focusFlaw);
      if (flaw !== undefined) throw new Error(`after Tab: ${flaw}`);
    }
    throw new Error(`Tab never reached ${String(target)}`);
  }

  /** Closes a dialog once it has the focus; before that nobody hears the key. */
  async escapeFrom(dialog: Locator): Promise<void> {
    await this.#page.waitForFunction(
      (element) => element !== null && element.contains(document.activeElement),
      await dialog.elementHandle(),
    );
    await this.#page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }

  /** Tabs to a button or link and presses it. */
  async activate(target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
    await this.tabTo(target);
    await this.press(key);
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.tabTo(target);
    await this.#page.keyboard.type(text);
  }

  async press(key: "Enter" | "Space" | "ArrowDown" | "ArrowUp" | "Shift+Tab"): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Opens a menu that has the focus on its button, and chooses by arrow keys. */
  async chooseInMenu(item: Locator): Promise<void> {
    await item.waitFor();
    for (let stop = 0; stop < maxStops; stop += 1) {
      if (await hasFocus(item)) return this.press("Enter");
      await this.press("ArrowDown");
    }
    throw new Error(`arrow keys never reached ${String(item)}`);
  }

  /** Waits until the focus is somewhere, or right here: a view that closes has to hand it on. */
  async expectFocus(where?: Locator): Promise<void> {
    const arrived = this.#page.waitForFunction(
      (target) => {
        const { activeElement, body } = document;
        return target === null ? activeElement !== body : activeElement === target;
      },
      where === undefined ? null : await where.elementHandle(),
      { timeout: 5000 },
    );
    await arrived.catch(async () => {
      const focused = await this.#page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
      throw new Error(`the focus is on ${focused}, not on ${String(where ?? "anything")}`);
    });
  }
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** In the page: what is wrong with how the focus shows. Nothing when a person sees where it is. */
function focusFlaw(): string | undefined {
  const focused = document.activeElement;
  // Past the last control the browser itself comes before the first one.
  if (focused === null || focused === document.body) return undefined;
  const name = focused.outerHTML.slice(0, 120);
  // A checkbox or radio button is marked on its label.
  const marked = [focused, focused.closest("label"), focused.parentElement].some((element) => {
    if (element === null) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  });
  if (!marked) return `nothing marks the focus on ${name}`;
  const shown = focused.closest("label") ?? focused;
  const { left, top, width, height } = shown.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].map((part) => [left + width * part, top + height / 2] as const);
  const isSeen = points.some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && shown.contains(hit);
  });
  return isSeen ? undefined : `out of sight is the focus on ${name}`;
}
