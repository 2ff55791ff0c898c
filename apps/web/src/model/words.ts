import { isBaseError } from "@cloister/bytes";
import type { Contact, Message, Self } from "@cloister/client";
import type { AccountId, Role } from "@cloister/contracts/ids";
import type { FindContact } from "./client-model.ts";

const roleWords: { readonly [R in Role]: string } = {
  patient: "Patient",
  clinician: "Clinician",
  officer: "Privacy officer",
  agent: "AI assistant",
};

export function roleWord(role: Role): string {
  return roleWords[role];
}

/** How somebody is called here, also before their profile arrived. */
export function nameOf(account: AccountId, self: Self, findContact: FindContact): string {
  if (account === self.account) return "You";
  return contactName(findContact(account));
}

export function contactName(contact: Contact | undefined): string {
  if (contact === undefined || contact.name === "") return "Somebody new";
  return contact.name;
}

/** Up to two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name
    .replace(/^(dr|prof|mr|mrs|ms)\.?\s+/i, "")
    .replace(/,.*$/s, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const letters = [words.at(0), words.length > 1 ? words.at(-1) : undefined].flatMap((word) =>
    word === undefined ? [] : [word.codePointAt(0) ?? 0],
  );
  return String.fromCodePoint(...letters).toUpperCase();
}

/** What a person can do about an error. Codes we know get our words, others the error's own sentence. */
export function explain(error: unknown): string {
  if (!isBaseError(error)) return "Something went wrong on this page. Reload it and try again.";
  switch (error.code) {
    case "INVITATION_REQUIRED":
      return "This organisation opens accounts by invitation only. Ask it for one, then open its link.";
    case "INVITATION_INVALID":
    case "INVITATION_CODE_INVALID":
      return "This invitation is not complete or not from this organisation. Copy the whole link again.";
    case "INVITATION_EXPIRED":
      return "This invitation has expired. Ask the organisation for a new one.";
    case "INVITATION_USED":
      return "This invitation was used already. If that was not you, tell the organisation.";
    case "CONTENT_TOO_LARGE":
      return "This message is too long. Send it in two parts.";
    case "IDENTITY_CHANGED":
      return "Somebody's identity changed just now. Compare the numbers anew; what you wrote is still here.";
    case "CONSENT_REQUIRED":
      return "The assistant reads nothing here without your consent.";
    case "ROUTE_REFUSED":
      return "The assistant may not get this message. Choose another place, or write to people only.";
  }
  if (error.family === "Unavailable") {
    return "The organisation cannot be reached just now. Check your connection and try again.";
  }
  return sentence(error.message);
}

function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

/** One line that stands for a message in a list. */
export function previewOf(message: Message, self: Self, findContact: FindContact): string {
  switch (message.kind) {
    case "text":
      return message.mine ? `You: ${message.body}` : message.body;
    case "answer":
      return `AI: ${message.answer.sentences[0]?.text ?? "Answered"}`;
    case "notice":
      return noticeWords(message.notice, self, findContact, message.from);
  }
}

type Notice = Extract<Message, { kind: "notice" }>["notice"];

/** The line between messages that tells what happened. */
export function noticeWords(notice: Notice, self: Self, findContact: FindContact, from: AccountId): string {
  switch (notice.type) {
    case "created":
      return from === self.account
        ? "You started this conversation"
        : `${nameOf(from, self, findContact)} started this conversation`;
    case "joined":
      return `${nameOf(from, self, findContact)} added ${nameOf(notice.account, self, findContact)}`;
    case "consent": {
      const who = nameOf(from, self, findContact);
      const agent = nameOf(notice.agent, self, findContact);
      const whose = from === self.account ? "you address" : "they address";
      return notice.granted
        ? `${who} let ${agent} (AI) read what ${whose} to it`
        : `${who} took back the consent: ${agent} (AI) gets nothing more from ${from === self.account ? "you" : "them"}`;
    }
    case "identityChanged":
      return `The identity key of ${nameOf(notice.account, self, findContact)} changed`;
    case "unreadable":
      return `Something from ${nameOf(notice.account, self, findContact)} could not be opened here. Ask them to write it again.`;
  }
}
