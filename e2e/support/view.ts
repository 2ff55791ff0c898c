import type { Locator, Page } from "playwright-core";

/** A part of the page that is a dialog, menu or view of its own. */
export abstract class View {
  protected readonly page: Page;
  abstract readonly root: Locator;

  constructor(page: Page) {
    this.page = page;
  }

  button(name: string | RegExp): Locator {
    return this.root.getByRole("button", { name });
  }

  /** A dialog that closed is gone from the page. */
  async gone(): Promise<void> {
    await this.root.waitFor({ state: "detached" });
  }
}
