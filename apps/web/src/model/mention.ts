const mention = /(^|\s)@assistant\b/i;
const leadingMention = /^\s*@assistant\b[\s,:]*/i;

/** Whether the text calls the assistant. */
export function mentionsAssistant(text: string): boolean {
  return mention.test(text);
}

/** The text without the calls, for when a person decides against. */
export function withoutMentions(text: string): string {
  return text.replaceAll(/(^|\s)@assistant\b[,:]?/gi, "").trimStart();
}

/** The text with blanks for the calls: they name nobody, and everything else stays where it is. */
export function blankMentions(text: string): string {
  return text.replaceAll(/(^|\s)@assistant\b/gi, (call) => " ".repeat(call.length));
}

/** What is sent: a call at the beginning is an address, not part of the message. */
export function messageBody(text: string): string {
  const body = text.replace(leadingMention, "").trim();
  return body === "" ? text.trim() : body;
}
