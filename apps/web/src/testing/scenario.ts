import type { Conversation, Message, NoticeMessage, Self, TextMessage } from "@cloister/client";
import { FakeClient } from "./fake-client.ts";
import { answerTo, clinician, contacts, patient, text } from "./people.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const yesterday = 26 * 60;

interface Line {
  readonly from: string;
  readonly minutesAgo: number;
  readonly body: string;
  readonly changes?: Partial<TextMessage>;
}

function inhalerTalk(self: Self, nowMs: number): readonly Message[] {
  const said = (id: string, { from, minutesAgo, body, changes }: Line) =>
    text(id, {
      from,
      mine: from === self.account,
      sentAtMs: nowMs - minutesAgo * minuteMs,
      body,
      ...changes,
    });
  const noted = (id: string, minutesAgo: number, notice: NoticeMessage["notice"]): NoticeMessage => ({
    kind: "notice",
    id,
    conversation: "inhaler",
    from: "amina",
    mine: self.account === "amina",
    sentAtMs: nowMs - minutesAgo * minuteMs,
    position: 0,
    notice,
  });
  const asked = said("m4", {
    from: "amina",
    minutesAgo: 42,
    body: "How often may I use the blue inhaler?",
    changes: { asked: "assistant" },
  });
  return [
    noted("m0", yesterday, { type: "created" }),
    said("m1", {
      from: "amina",
      minutesAgo: yesterday,
      body: "Good morning Dr Vogt. Since the weekend I cough at night, and I use the blue inhaler more often than before.",
    }),
    said("m2", {
      from: "lena",
      minutesAgo: yesterday - 50,
      body: "Good morning. Thank you for telling me early.\nHow many times a day do you use it? And do you wake up at night?",
    }),
    said("m3", { from: "amina", minutesAgo: yesterday - 58, body: "About four times. I woke up twice." }),
    noted("m3n", 43, { type: "consent", agent: "assistant", granted: true }),
    asked,
    answerTo(asked, "assistant"),
    said("m5", {
      from: "lena",
      minutesAgo: 12,
      body: "That matches what I would say. Please come by on Thursday, so that I can listen to your lungs.",
    }),
    said("m6", {
      from: "amina",
      minutesAgo: 3,
      body: "Thursday is fine. Thank you!",
      changes: { state: "delivered" },
    }),
  ];
}

function conversationOf(id: string, title: string, accounts: readonly string[], self: Self): Conversation {
  const roleOf = (account: string) =>
    account === self.account ? self.role : (contacts[account]?.role ?? "patient");
  return {
    id,
    title,
    members: accounts.map((account) => ({ account, role: roleOf(account) })),
    createdAtMs: Date.now() - 2 * dayMs,
    unreadCount: 0,
    consents: [],
  };
}

/** A device with some history; `role` says whose. */
export function scenario(role: "patient" | "clinician" = "patient"): FakeClient {
  const self = role === "patient" ? patient : clinician;
  const nowMs = Date.now();
  const others = Object.values(contacts).filter((contact) => contact.account !== self.account);
  const client = new FakeClient(self, others);
  const inhaler = conversationOf(
    "inhaler",
    "Night cough and the blue inhaler",
    ["amina", "lena", "assistant"],
    self,
  );
  const consents = [{ agent: "assistant", by: "amina" }];
  client.addConversation({ ...inhaler, consents }, inhalerTalk(self, nowMs));
  void client.markRead("inhaler");

  const begin = (id: string, title: string, members: readonly string[], line?: Line) => {
    const conversation = conversationOf(id, title, members, self);
    const sentAtMs = nowMs - (line?.minutesAgo ?? 0) * minuteMs;
    const first =
      line === undefined
        ? []
        : [text(`${id}-1`, { conversation: id, from: line.from, sentAtMs, body: line.body })];
    client.addConversation(conversation, first);
  };
  if (role === "patient") {
    begin("travel", "Vaccinations for travelling", ["amina", "joseph"], {
      from: "joseph",
      minutesAgo: 30 * 60,
      body: "Your certificate is ready. You can fetch it at the desk.",
    });
    begin("alone", "A question about sleep", ["amina", "assistant"]);
  } else {
    begin("knee", "Knee after the operation", ["tomas", "lena"], {
      from: "tomas",
      minutesAgo: 7 * 60,
      body: "The swelling is less today, but I cannot bend it further than yesterday.",
    });
    begin("pressure", "Blood pressure diary", ["ruth", "lena", "assistant"], {
      from: "ruth",
      minutesAgo: 58 * 60,
      body: "152/94 this morning, 149/91 in the evening.",
    });
  }
  return client;
}
