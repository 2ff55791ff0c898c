/*
 * One page at a time has the device's store. Another page of this browser can ask for it; the one that has
 * it closes everything and says so.
 */

const channelName = "cloister.hand-over";
const patienceMs = 5000;

type Word = "give it to me" | "it is yours";

function say(channel: BroadcastChannel, word: Word): void {
  // A channel has one origin, so there is none to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel.postMessage(word);
}

function hear(channel: BroadcastChannel, word: Word): Promise<void> {
  return new Promise((resolve) => {
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data === word) resolve();
    });
  });
}

/** Resolves when the other page has let go, or has not answered for five seconds. */
export async function takeOver(): Promise<void> {
  const channel = new BroadcastChannel(channelName);
  const given = hear(channel, "it is yours");
  say(channel, "give it to me");
  await Promise.race([given, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
  channel.close();
}

/** Waits until another page asks, lets go, and says so. */
export async function handOver(letGo: () => Promise<void>): Promise<void> {
  const channel = new BroadcastChannel(channelName);
  await hear(channel, "give it to me");
  await letGo();
  say(channel, "it is yours");
  channel.close();
}
