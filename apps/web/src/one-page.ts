/*
 * A device is one page at a time: two pages on the same store would use the same ratchet keys. A Web Lock
 * says which page it is; a broadcast asks that page to hand over.
 */

const lockName = "cloister.device";
const channelName = "cloister.hand-over";

/** This page is the device until it is asked to hand over. */
export interface DeviceHold {
  /** Resolves when another page asks. Close everything, then call {@link release}. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

/** Takes the device if no other page has it; with `ask`, asks that page for it and waits. */
export function holdDevice({ ask }: { readonly ask: boolean }): Promise<DeviceHold | undefined> {
  const channel = new BroadcastChannel(channelName);
  // A channel has one origin, so there is none to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  if (ask) channel.postMessage("hand over");
  return new Promise((resolve, reject) => {
    const granted = async (lock: Lock | null) => {
      if (lock === null) {
        channel.close();
        return resolve(undefined);
      }
      const asked = new Promise<void>((heard) => channel.addEventListener("message", () => heard()));
      await new Promise<void>((release) => resolve({ asked, release }));
      channel.close();
    };
    navigator.locks.request(lockName, { ifAvailable: !ask }, granted).catch(reject);
  });
}
