import type { Locator, Page } from "playwright-core";
import { View } from "./view.ts";

abstract class DialogView extends View {
  protected abstract readonly title: string;

  get root(): Locator {
    return this.page.getByRole("dialog", { name: this.title });
  }

  async close(): Promise<void> {
    await this.button("Close").first().click();
    await this.gone();
  }
}

export class CompareDialog extends DialogView {
  protected readonly title = "Compare safety numbers";

  async digits(): Promise<string> {
    const groups = this.root.getByRole("list", { name: "Safety number" }).getByRole("listitem");
    await groups.first().waitFor();
    return (await groups.allInnerTexts()).join("");
  }

  async confirm(): Promise<void> {
    await this.button("They match").click();
    await this.gone();
  }
}

export class ConsentDialog extends DialogView {
  protected readonly title = "May the assistant read this?";

  async agree(): Promise<void> {
    await this.button("Yes, let it read what I address to it").click();
    await this.gone();
  }

  async decline(): Promise<void> {
    await this.button("No, not now").click();
    await this.gone();
  }
}

export class SourceDialog extends DialogView {
  protected readonly title: string;

  constructor(page: Page, number: number) {
    super(page);
    this.title = `Source ${number}`;
  }

  get quote(): Locator {
    return this.root.getByRole("blockquote");
  }
}

export class ReceiptDialog extends DialogView {
  protected readonly title = "Receipt of this answer";

  /** Each step of the check in words, with what became of it. */
  async steps(): Promise<string[]> {
    const steps = this.root.getByRole("listitem").filter({ hasText: /: (passed|failed)/ });
    await steps.first().waitFor();
    return steps.allInnerTexts();
  }

  fact(name: string): Locator {
    return this.root.getByRole("definition").and(this.root.locator(`dt:text-is("${name}") + dd`));
  }
}

export class LinkDialog extends DialogView {
  protected readonly title = "Link another device";

  get code(): Locator {
    return this.root.getByRole("textbox", { name: "Code of the new device" });
  }

  get use(): Locator {
    return this.button("Use this code");
  }

  get scan(): Locator {
    return this.button("Scan with the camera");
  }
}

/** The new device was asked who it is; a person decides. */
export class LetInDialog extends DialogView {
  protected readonly title = "Is this your device?";

  get accept(): Locator {
    return this.button("Yes, let it in");
  }

  async digits(): Promise<string> {
    return digitsIn(this.root);
  }
}

/** Six digits to compare. */
export async function digitsIn(root: Locator): Promise<string> {
  const shown = root.getByText(/\d{3} \d{3}$/);
  return (await shown.innerText()).replace(/\D/g, "");
}

/** Twelve words, and three of them again. */
export class PhraseDialog extends DialogView {
  protected readonly title = "Write down these twelve words";

  async words(): Promise<readonly string[]> {
    const items = this.root.getByRole("list", { name: "Your twelve words" }).getByRole("listitem");
    await items.first().waitFor();
    return items.allInnerTexts();
  }

  /** As a person with a sheet of paper. */
  async confirm(words: readonly string[]): Promise<void> {
    await this.button("I have written them down").click();
    const asked = this.page.getByRole("dialog", { name: "Three of them, to be sure" });
    await asked.getByRole("textbox").first().waitFor();
    for (const field of await asked.getByRole("textbox").all()) {
      const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? "");
      await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? "");
    }
    await asked.getByRole("button", { name: "Use these words" }).click();
    await asked.waitFor({ state: "detached" });
  }
}
