import { encodeClientFrame, maxEnvelopesPerSend, maxFrameBytes } from "@cloister/contracts/frames";
import { idFromBytes } from "@cloister/contracts/ids";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { inFrames } from "./in-frames.ts";

it("fits every frame, loses nothing and keeps accounts together", () => {
  const accounts = fc.array(
    fc.record({
      devicesCount: fc.integer({ min: 1, max: 10 }),
      payloadBytes: fc.constantFrom(256, 1024, 4096, 16_384, 65_536),
    }),
    { maxLength: 32 },
  );
  fc.assert(
    fc.property(accounts, (members) => {
      const envelopes = members.flatMap(({ devicesCount, payloadBytes }, member) =>
        Array.from({ length: devicesCount }, (_, device) => ({
          account: idFromBytes(new Uint8Array(16).fill(member)),
          device: device + 1,
          id: new Uint8Array(16).fill(device),
          payload: new Uint8Array(payloadBytes),
        })),
      );
      const frames = inFrames(envelopes);
      expect(frames.flat()).toEqual(envelopes);
      for (const frame of frames) {
        expect(frame.length).toBeLessThanOrEqual(maxEnvelopesPerSend);
        const bytes = encodeClientFrame({ type: "send", sendId: 1, envelopes: frame });
        expect(bytes.length).toBeLessThanOrEqual(maxFrameBytes);
      }
      const owners = frames.flatMap((frame) => Array.from(new Set(frame.map(({ account }) => account))));
      expect(new Set(owners).size).toBe(owners.length);
    }),
    { numRuns: 40 },
  );
});
