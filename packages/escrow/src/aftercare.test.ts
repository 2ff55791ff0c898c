import { ed25519KeyPair } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { dueNotices, openCase, overdueReviews, recordNotice, recordReview } from "./aftercare.ts";
import { assembleRequest, encodeRequestBody, readRequest, signRequest } from "./request.ts";

const seeds = [1, 2].map((fill) => new Uint8Array(32).fill(fill));
const keyOf = (fill: number) => ed25519KeyPair(new Uint8Array(32).fill(fill)).publicKey;
const [first, second, third] = [keyOf(1), keyOf(2), keyOf(3)];

function released(noticeDelayMs: number, releasedAtMs: number) {
  const body = encodeRequestBody({
    caseId: new Uint8Array(16),
    scope: { conversation: new Uint8Array(16), fromEpoch: 0, toEpoch: 0 },
    reason: "a complaint",
    groupDigest: new Uint8Array(32),
    ephemeralKey: new Uint8Array(32),
    nonce: new Uint8Array(32).fill(noticeDelayMs),
    requestedAtMs: 0,
    expiresAtMs: 1000,
    noticeDelayMs,
    officers: [first, second],
  });
  const [one = body, two = body] = seeds.map((seed) => signRequest(body, seed));
  const request = readRequest(assembleRequest(body, [one, two]), [first, second]);
  return openCase(request, { releasedAtMs, reviewWithinMs: 500 });
}

describe("after a release", () => {
  it("a notice is due at once or after its delay, until it was given", () => {
    const [now, later] = [released(0, 100), released(50, 100)];
    expect(dueNotices([later, now], 100)).toEqual([now]);
    expect(dueNotices([later, now], 150)).toEqual([now, later]);
    const told = recordNotice(now, 120);
    expect(dueNotices([later, told], 150)).toEqual([later]);
    expect(recordNotice(told, 130).noticedAtMs).toBe(120);
  });

  it("a review is overdue after its time, and REVIEW_REVIEWER keeps the two who asked from it", () => {
    const [early, late] = [released(0, 100), released(0, 200)];
    expect(overdueReviews([late, early], 600)).toEqual([]);
    expect(overdueReviews([late, early], 701)).toEqual([early, late]);
    for (const reviewer of [first, second]) {
      expect(() => recordReview(early, { reviewer, atMs: 300 })).toThrow(
        expect.objectContaining({ code: "REVIEW_REVIEWER" }),
      );
    }
    const reviewed = recordReview(early, { reviewer: third, atMs: 300 });
    expect(overdueReviews([late, reviewed], 701)).toEqual([late]);
  });
});
