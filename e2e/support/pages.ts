import type { Locator, Page } from "playwright-core";
import {
  CompareDialog,
  digitsIn,
  LetInDialog,
  LinkDialog,
  PhraseDialog,
  ReceiptDialog,
  SourceDialog,
} from "./dialogs.ts";
import { View } from "./view.ts";

/*
 * The app's views as a person meets them: by role and label only. Whatever these find, a screen reader finds.
 */

/** Before there is an account on this device. */
export class WelcomeView extends View {
  get root(): Locator {
    return this.page.getByRole("main");
  }

  get heading(): Locator {
    return this.root.getByRole("heading", { level: 1 });
  }

  get name(): Locator {
    return this.root.getByRole("textbox", { name: "How should we call you?" });
  }

  get invitation(): Locator {
    return this.root.getByRole("region", { name: "Your invitation" });
  }

  get create(): Locator {
    return this.button("Create account");
  }

  async signUp(name: string): Promise<void> {
    await this.name.fill(name);
    await this.create.click();
    await new Sidebar(this.page).root.waitFor();
  }

  /** The organisation's invitation says what the clinician is called. */
  async signUpAsInvited(): Promise<void> {
    await this.invitation.waitFor();
    await this.create.click();
    await new Sidebar(this.page).root.waitFor();
  }

  /** Asks to become another device of an account, and reads the code for the old one. */
  async showLinkCode(): Promise<string> {
    await this.button("Link to an account on another device").click();
    return this.linkCode();
  }

  /** The code's picture, for a camera. */
  get linkCodePicture(): Locator {
    return this.root.getByRole("img", { name: "Code for your other device" });
  }

  async linkCode(): Promise<string> {
    await this.linkCodePicture.waitFor();
    await this.root.getByText("No camera there?").click();
    return this.root.getByRole("code").innerText();
  }

  /** What the new device shows to compare. */
  digits(): Promise<string> {
    return digitsIn(this.root);
  }

  get words(): Locator {
    return this.root.getByRole("textbox", { name: "Your twelve words" });
  }

  /** Opens the way back from a backup, which is a file or kept at the organisation. */
  async beginRestore(file?: string): Promise<void> {
    await this.button("Restore from a backup").click();
    if (file === undefined) return;
    await this.root.getByText("In a file", { exact: true }).click();
    const chooser = this.page.waitForEvent("filechooser");
    await this.button("Choose the file").click();
    await (await chooser).setFiles(file);
  }
}

/** The list of conversations. */
export class Sidebar extends View {
  get root(): Locator {
    return this.page.getByRole("navigation", { name: "Conversations" });
  }

  get newConversation(): Locator {
    return this.root.getByRole("link", { name: "New conversation" });
  }

  get settings(): Locator {
    return this.root.getByRole("link", { name: "Settings" });
  }

  get offlineNotice(): Locator {
    return this.root.getByText("You are offline");
  }

  conversation(title: string): Locator {
    return this.root.getByRole("listitem").getByRole("link").filter({ hasText: title });
  }

  async open(title: string): Promise<ConversationView> {
    await this.conversation(title).click();
    const view = new ConversationView(this.page);
    await view.composer.waitFor();
    return view;
  }
}

export class NewConversationView extends View {
  get root(): Locator {
    return this.page.getByRole("region", { name: "Open view" });
  }

  get title(): Locator {
    return this.root.getByRole("textbox", { name: "What is it about?" });
  }

  person(name: string): Locator {
    return this.root.getByRole("checkbox", { name });
  }

  get assistant(): Locator {
    return this.root.getByRole("checkbox", { name: /AI assistant/ });
  }

  get start(): Locator {
    return this.button("Start the conversation");
  }

  /** With the assistant, which is chosen from the beginning. */
  async create(title: string, people: readonly string[]): Promise<ConversationView> {
    await this.title.fill(title);
    // The checkbox itself is hidden under what a person sees of it.
    for (const name of people) await this.root.getByText(name, { exact: true }).click();
    await this.start.click();
    const view = new ConversationView(this.page);
    await view.composer.waitFor();
    return view;
  }
}

/** What a message of one's own may say about itself. */
export type StateWord = "Waiting to be sent" | "Sent" | "Delivered" | "Read";

export class ConversationView extends View {
  get root(): Locator {
    return this.page.getByRole("region", { name: "Open view" });
  }

  get composer(): Locator {
    return this.root.getByRole("textbox", { name: "Message" });
  }

  /** Where a message to the assistant goes, and what it holds. */
  get route(): Locator {
    return this.root.getByRole("status").filter({ hasText: /to the assistant/ });
  }

  /** What is marked in the text being written: for the eye only, the words are in {@link route}. */
  marks(): Promise<string[]> {
    return this.root.locator("mark").allInnerTexts();
  }

  get askButton(): Locator {
    return this.button("Ask the assistant");
  }

  get optionsButton(): Locator {
    return this.button("Options of this conversation");
  }

  /** Who reads this, always in sight. */
  get readers(): Locator {
    return this.root.getByRole("list", { name: "Who reads this" });
  }

  /** What the on-device check has to say about the text being written. */
  get emergency(): Locator {
    return this.root.getByRole("alert").filter({ hasText: "Get help now" });
  }

  get log(): Locator {
    return this.root.getByRole("log", { name: "Messages" });
  }

  /** A person's message. */
  message(text: string): Locator {
    return this.log.getByRole("article").filter({ hasText: text, hasNotText: aiMark });
  }

  /** A line between messages. */
  notice(text: string): Locator {
    return this.log.getByRole("listitem").filter({ hasText: text });
  }

  answerTo(question: string): AnswerCard {
    const card = this.log.getByRole("article").filter({ hasText: `In answer to: ${question}` });
    return new AnswerCard(this.page, card.filter({ hasText: aiMark }));
  }

  async write(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
    await this.message(text).waitFor();
  }

  async waitForState(text: string, state: StateWord): Promise<void> {
    await this.message(text).getByText(state, { exact: true }).waitFor();
  }

  /** Addresses the assistant and sends; consent was given before. */
  async ask(question: string): Promise<AnswerCard> {
    await this.askButton.click();
    await this.root.getByText("The assistant will read this message").waitFor();
    await this.write(question);
    return this.answerTo(question);
  }

  async choose(option: string | RegExp): Promise<void> {
    await this.optionsButton.click();
    await this.page.getByRole("menuitem", { name: option }).click();
  }

  async compareWith(name: string): Promise<CompareDialog> {
    await this.choose(`Compare safety numbers with ${name}`);
    return new CompareDialog(this.page);
  }
}

const aiMark = "AI, not a person";

export class AnswerCard extends View {
  readonly root: Locator;

  constructor(page: Page, root: Locator) {
    super(page);
    this.root = root;
  }

  get sourceLinks(): Locator {
    return this.root.getByRole("button", { name: /^Source \d+$/ });
  }

  get receiptChecked(): Locator {
    return this.root.getByText("Receipt checked");
  }

  get receiptFailed(): Locator {
    return this.root.getByText("Receipt check failed");
  }

  async openSource(number: number): Promise<SourceDialog> {
    await this.button(`Source ${number}`).first().click();
    return new SourceDialog(this.page, number);
  }

  async openReceipt(): Promise<ReceiptDialog> {
    await this.button("Details of the receipt").click();
    return new ReceiptDialog(this.page);
  }
}

export class SettingsView extends View {
  get root(): Locator {
    return this.page.getByRole("region", { name: "Open view" });
  }

  get backup(): Locator {
    return this.root.getByRole("region", { name: "Backup" });
  }

  /** Lets a device in by its code; the digits that were compared. */
  async linkDevice(code: string): Promise<string> {
    await this.button("Link another device").click();
    const dialog = new LinkDialog(this.page);
    await dialog.code.fill(code);
    await dialog.use.click();
    return this.letIn();
  }

  async letIn(): Promise<string> {
    const dialog = new LetInDialog(this.page);
    const digits = await dialog.digits();
    await dialog.accept.click();
    await dialog.gone();
    return digits;
  }

  async setUpBackup(): Promise<readonly string[]> {
    await this.backup.getByRole("button", { name: "Set up a backup" }).click();
    const dialog = new PhraseDialog(this.page);
    const words = await dialog.words();
    await dialog.confirm(words);
    return words;
  }

  /** Saves a backup and gives its path. */
  async saveBackup(): Promise<string> {
    const download = this.page.waitForEvent("download");
    await this.backup.getByRole("button", { name: "Save a file now" }).click();
    return (await download).path();
  }

  async keepCopy(): Promise<void> {
    await this.backup.getByText("Keep a copy at the organisation").click();
    await this.backup.getByText(/^Last backup: today, at the organisation/).waitFor();
  }

  async erase(): Promise<void> {
    await this.button("Erase this device…").click();
    await this.page.getByRole("alertdialog").getByRole("button", { name: "Erase", exact: true }).click();
    await new WelcomeView(this.page).create.waitFor();
  }
}
