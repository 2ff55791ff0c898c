import type { AnswerMessage, Contact, ReceiptVerdict, Self, TextMessage } from "@cloister/client";
import type { Answer } from "@cloister/contracts/answer";
import type { OrganisationInfo } from "@cloister/contracts/http";

/*
 * People and talk for tests and the development page. All of it is invented.
 */

const minuteMs = 60_000;

export const organisation: OrganisationInfo = {
  name: "Lindenhof Clinic",
  organisationKey: "8J-VkLqD3rBaQe0cG5oYt1sW2uXv4nZm6pKi7hFg9jA",
  signUp: "open",
  region: "DE",
  log: {
    url: "http://localhost:4301",
    vkey: "lindenhof-clinic.example/log+5a1c0e7b+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
  },
};

export const safetyNumber = "304851726639420517749362081475930628174055392617830459126738";

export const patient: Self = {
  account: "amina",
  device: 1,
  role: "patient",
  displayName: "Amina Haddad",
  organisation,
};
export const clinician: Self = {
  account: "lena",
  device: 1,
  role: "clinician",
  displayName: "Dr Lena Vogt",
  organisation,
};

export const contacts: { readonly [name: string]: Contact } = {
  lena: { account: "lena", role: "clinician", name: "Dr Lena Vogt", vouched: true, verification: "verified" },
  joseph: {
    account: "joseph",
    role: "clinician",
    name: "Joseph Okafor, nurse",
    vouched: true,
    verification: "unverified",
  },
  assistant: {
    account: "assistant",
    role: "agent",
    name: "Cloister assistant",
    vouched: true,
    verification: "unverified",
  },
  amina: {
    account: "amina",
    role: "patient",
    name: "Amina Haddad",
    vouched: false,
    verification: "verified",
  },
  tomas: {
    account: "tomas",
    role: "patient",
    name: "Tomás Ferreira",
    vouched: false,
    verification: "unverified",
  },
  ruth: { account: "ruth", role: "patient", name: "Ruth Baumann", vouched: false, verification: "changed" },
};

export const groundedAnswer: Answer = {
  outcome: "grounded",
  sentences: [
    {
      text: "A reliever inhaler opens the airways within minutes and works for about four hours.",
      citations: [1],
    },
    {
      text: "Needing it more than twice a week can be a sign that asthma is not well controlled.",
      citations: [1, 2],
    },
    { text: "A preventer inhaler is taken every day, also when you feel well.", citations: [2] },
  ],
  citations: [
    {
      article: "asthma",
      passage: "reliever",
      title: "Asthma: relievers and preventers",
      quote:
        "Reliever inhalers (usually blue) open the airways within minutes; the effect lasts about four hours. If you need yours more than twice a week, ask for a review: the asthma may not be well controlled.",
      sourceName: "National Heart, Lung, and Blood Institute: Asthma treatment",
      sourceUrl: "https://www.nhlbi.nih.gov/health/asthma/treatment-action-plan",
      digest: new Uint8Array(32).fill(0x5c),
      clinicallyReviewed: false,
    },
    {
      article: "medicine-inhaled-corticosteroids",
      passage: "use",
      title: "Inhaled corticosteroids",
      quote:
        "A preventer calms the airways over days and weeks. It only works when it is taken every day, also on good days.",
      sourceName: "MedlinePlus: Asthma medicines",
      sourceUrl: "https://medlineplus.gov/asthma.html",
      digest: new Uint8Array(32).fill(0xa7),
      clinicallyReviewed: true,
    },
  ],
};

export const abstainedAnswer: Answer = {
  outcome: "abstained",
  sentences: [
    { text: "Nothing in my sources answers this. A clinician in this conversation can.", citations: [] },
  ],
  citations: [],
};

export const emergencyAnswer: Answer = {
  outcome: "emergency",
  sentences: [
    { text: "Chest pain with shortness of breath needs help now. Call the emergency number.", citations: [] },
  ],
  citations: [],
};

type Claims = NonNullable<ReceiptVerdict["claims"]>;

const steps = (["signature", "answer", "leaf", "inclusion", "checkpoint", "consistency"] as const).map(
  (step) => ({
    step,
    status: "passed" as const,
  }),
);

export function verdictFor(changes: Partial<Claims> = {}): ReceiptVerdict {
  return {
    verified: true,
    steps,
    claims: {
      backing: "development",
      processedAt: "on-premise",
      engine: { name: "grounded", version: "0.1.0" },
      knowledgeDigest: "9f2c4b7e01d3a85566c0e9f4b81d2a7730c5ee1894ab6f02d7713c5a08be4d91",
      deidentified: false,
      sources: groundedAnswer.citations.map(({ article, title }) => ({ id: article, title })),
      issuedAt: "2025-11-03T14:00Z",
      leafIndex: 41,
      treeSize: 57,
      logOrigin: "lindenhof-clinic.example/log",
      ...changes,
    },
  };
}

export const defaultVerdict = verdictFor();

export const failedVerdict: ReceiptVerdict = {
  verified: false,
  steps: steps.map(({ step }) =>
    step === "answer"
      ? { step, status: "failed" as const, reason: "RECEIPT-ANSWER" }
      : { step, status: "passed" as const },
  ),
};

export function answerTo(
  question: TextMessage,
  agent: string,
  answer: Answer = groundedAnswer,
): AnswerMessage {
  return {
    kind: "answer",
    id: `answer-to-${question.id}`,
    conversation: question.conversation,
    from: agent,
    mine: false,
    sentAtMs: question.sentAtMs + minuteMs,
    position: question.position + 1,
    inReplyTo: question.id,
    asker: question.from,
    answer,
    receipt: new Uint8Array(0),
  };
}

export function text(id: string, changes: Partial<TextMessage>): TextMessage {
  return {
    kind: "text",
    id,
    conversation: "inhaler",
    from: "amina",
    mine: false,
    sentAtMs: Date.now(),
    position: 0,
    body: "",
    state: "read",
    ...changes,
  };
}
