import type { Conversation } from "@cloister/client";
import { describe, expect, it } from "vitest";
import { fakeInvitationCode } from "../testing/fake-invitation.ts";
import { answerTo, text } from "../testing/people.ts";
import { upsertMessage } from "./client-model.ts";
import { readInvitation, takeInvitationFromAddress } from "./invitation.ts";
import { mentionsAssistant, messageBody, withoutMentions } from "./mention.ts";
import { orderConversations } from "./ordering.ts";
import { hrefOf, parseRoute } from "./route.ts";
import { buildTimeline, unansweredQuestions } from "./timeline.ts";
import { findEmergency } from "./use-emergency.ts";
import { webAddress } from "./web-address.ts";

const dayMs = 86_400_000;

function conversation(
  id: string,
  changes: Partial<Conversation> & { atMs: number; mine?: boolean },
): Conversation {
  const { atMs, mine = false, ...rest } = changes;
  const lastMessage = text(`${id} last`, { conversation: id, mine, sentAtMs: atMs });
  return { id, title: id, members: [], createdAtMs: 0, unreadCount: 0, consents: [], lastMessage, ...rest };
}

describe("the order of conversations", () => {
  const all = [
    conversation("answered", { atMs: 900, mine: true }),
    conversation("waits", { atMs: 300 }),
    conversation("waits longest", { atMs: 100 }),
    conversation("unread", { atMs: 500, unreadCount: 1 }),
    conversation("unread longest", { atMs: 400, unreadCount: 3 }),
    conversation("answered before", { atMs: 200, mine: true }),
  ];

  it("is a queue for a clinician: unread, then waiting, each the longest first; then the newest", () => {
    expect(orderConversations(all, "clinician").map(({ id }) => id)).toEqual([
      "unread longest",
      "unread",
      "waits longest",
      "waits",
      "answered",
      "answered before",
    ]);
  });

  it("is the newest first for a patient", () => {
    const times = orderConversations(all, "patient").map(({ lastMessage }) => lastMessage?.sentAtMs);
    expect(times).toEqual([900, 500, 400, 300, 200, 100]);
  });
});

describe("the timeline", () => {
  const noon = new Date(2026, 2, 10, 12).getTime();

  it("puts a heading before each new day and begins a group with each new voice or pause", () => {
    const messages = [
      text("1", { sentAtMs: noon - dayMs }),
      text("2", { sentAtMs: noon }),
      text("3", { sentAtMs: noon + 1000 }),
      text("4", { sentAtMs: noon + 2000, from: "lena" }),
      text("5", { sentAtMs: noon + 3_600_000, from: "lena" }),
    ];
    const items = buildTimeline(messages, noon).map((item) =>
      item.type === "day" ? item.label : `${item.message.id}${item.startsGroup ? " starts" : ""}`,
    );
    expect(items).toEqual(["Yesterday", "1 starts", "Today", "2 starts", "3", "4 starts", "5 starts"]);
  });

  it("knows which questions wait", () => {
    const asked = text("q1", { asked: "assistant" });
    const messages = [asked, text("q2", { asked: "assistant" }), text("t", {}), answerTo(asked, "assistant")];
    expect([...unansweredQuestions(messages)]).toEqual(["q2"]);
  });

  it("replaces a message that changed and places a late one by its position", () => {
    const before = [text("a", { position: 1 }), text("c", { position: 3 })];
    const after = upsertMessage(
      upsertMessage(before, text("b", { position: 2 })),
      text("a", { position: 1, state: "sent" }),
    );
    expect(after.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(after[0]).toMatchObject({ state: "sent" });
  });
});

describe("calling the assistant", () => {
  it.each([
    ["@assistant how often?", true],
    ["and you, @Assistant?", true],
    ["write to help@assistant.example", false],
    ["the assistant said", false],
    ["@assistants", false],
  ])("%j: %j", (words, called) => {
    expect(mentionsAssistant(words)).toBe(called);
  });

  it("leaves the call out of the message, and the rest as it is", () => {
    expect(messageBody("@assistant, how often?\n twice ")).toBe("how often?\n twice");
    expect(messageBody("ask @assistant")).toBe("ask @assistant");
    expect(messageBody(" @assistant ")).toBe("@assistant");
    expect(withoutMentions("ask @assistant about it")).toBe("ask about it");
  });
});

describe("an invitation", () => {
  const code = fakeInvitationCode("clinician", "Dr Lena Vogt");

  it("leaves the address at once", () => {
    const addresses: unknown[] = [];
    const page = {
      location: { hash: `#invite=${code}` },
      history: { replaceState: (...args: unknown[]) => addresses.push(args[2]) },
    } as unknown as Pick<Window, "location" | "history">;
    expect(takeInvitationFromAddress(page)).toBe(code);
    expect(addresses).toEqual(["#/"]);
  });

  it("leaves any other address alone", () => {
    const page = { location: { hash: "#/settings" }, history: {} } as Pick<Window, "location" | "history">;
    expect(takeInvitationFromAddress(page)).toBeUndefined();
  });

  it("is read from a link or a bare code", () => {
    const expected = { code, role: "clinician", name: "Dr Lena Vogt" };
    expect(readInvitation(`https://chat.example/#invite=${code}`, 0)).toMatchObject(expected);
    expect(readInvitation(` ${code}\n`, 0)).toMatchObject(expected);
  });

  it("is refused when cut off or expired", () => {
    expect(() => readInvitation(code.slice(0, -4), 0)).toThrow("copy the whole link");
    expect(() => readInvitation(fakeInvitationCode("patient", "", 1000), 1000)).toThrow("new invitation");
  });
});

describe("places and links", () => {
  it("round-trips routes and takes anything unknown for the list", () => {
    for (const hash of ["#/", "#/new", "#/settings", "#/conversation/Ab-_9"]) {
      expect(hrefOf(parseRoute(hash))).toBe(hash);
    }
    for (const hash of ["", "#main", "#/conversation/", "#/conversation/<img>", "#/admin"]) {
      expect(parseRoute(hash)).toEqual({ view: "list" });
    }
  });

  it("makes links of https only", () => {
    expect(webAddress("https://www.nhs.uk/a")).toBe("https://www.nhs.uk/a");
    for (const bad of [
      "javascript:alert(1)",
      "http://nhs.uk",
      "https://a:b@nhs.uk",
      "data:text/html,x",
      "nhs",
      "",
    ]) {
      expect(webAddress(bad)).toBeUndefined();
    }
  });
});

describe("the on-device check", () => {
  it("finds an emergency with the number of the country, and nothing in small talk", () => {
    const found = findEmergency("crushing chest pain and I cannot breathe", "US");
    expect(found?.urgency).toBe("emergency");
    expect(found?.numbers[0]).toEqual({ name: "Emergency", number: "911" });
    expect(findEmergency("Thursday is fine, thank you", "US")).toBeUndefined();
  });

  it("adds the crisis line where it fits", () => {
    const names = findEmergency("I want to kill myself tonight", "US")?.numbers.map(({ name }) => name);
    expect(names).toEqual(["Emergency", "Crisis line"]);
  });
});
