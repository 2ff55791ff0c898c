import type { LinkRequest } from "@cloister/client";
import type { TestDevice, TestWorld } from "@cloister/testkit/test-world";

/** A new device that shows its code. */
export interface ShownCode {
  readonly device: TestDevice;
  readonly code: string;
  /** What it shows to compare, once it has something. */
  readonly comparison: () => string;
  readonly linked: Promise<unknown>;
  readonly signal: { aborted: boolean };
}

/** Starts a new device and lets it show a code. */
export async function showCode(world: TestWorld, device?: TestDevice): Promise<ShownCode> {
  const shown = { code: "", comparison: "" };
  const newDevice = device ?? (await world.device());
  const signal = { aborted: false };
  const linked = newDevice.client.linkAsNewDevice({
    deviceName: "Phone",
    onCode: (code) => (shown.code = code),
    onComparison: (digits) => (shown.comparison = digits),
    signal,
  });
  // A test that expects it to fail looks later.
  linked.catch(() => undefined);
  await world.clock.until(() => shown.code !== "");
  return { device: newDevice, code: shown.code, comparison: () => shown.comparison, linked, signal };
}

/** The old device reads a code; a person sees the same digits on both and lets the new one in. */
export async function letIn(
  world: TestWorld,
  old: TestDevice,
  shown: ShownCode,
  withHistory = false,
): Promise<void> {
  const request: LinkRequest = await world.settle(old.client.linkNewDevice(shown.code));
  await world.clock.until(() => shown.comparison() !== "");
  if (request.comparison !== shown.comparison()) throw new Error("the two show different digits");
  await world.settle(request.accept({ withHistory }));
}

/** Links a new device as two people would with two screens. */
export async function link(world: TestWorld, old: TestDevice, withHistory = false): Promise<TestDevice> {
  const shown = await showCode(world);
  await letIn(world, old, shown, withHistory);
  await world.settle(shown.linked);
  shown.device.client.connect();
  await world.clock.pass(3000);
  return shown.device;
}
