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
}
