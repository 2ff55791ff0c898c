import { expect, test } from "vitest";
import { handOver, takeOver } from "./hand-over.ts";

test("the page that asks waits until the other has let go", async () => {
  const order: string[] = [];
  const given = handOver(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push("let go");
  });
  await takeOver();
  order.push("took over");
  await given;
  expect(order).toEqual(["let go", "took over"]);
});
