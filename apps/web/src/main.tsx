/// <reference types="vite/client" />
import type { FindAnchors } from "@cloister/attestation";
import { isBaseError } from "@cloister/bytes";
import { createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openIndexedDbStore } from "@cloister/store-indexeddb";
import { createRoot } from "react-dom/client";
import { handOver, takeOver } from "./hand-over.ts";
import { ClientModel } from "./model/client-model.ts";
import { takeInvitationFromAddress } from "./model/invitation.ts";
import { applyPreferences } from "./model/preferences.ts";
import "./styles/index.css";
import { App } from "./views/app.tsx";
import { CannotStart, OpenElsewhere } from "./views/before-start.tsx";

applyPreferences();
const invitationCode = takeInvitationFromAddress(globalThis);
const root = createRoot(document.body.appendChild(document.createElement("div")));

/**
 * Which roots evidence of an assistant may come from. A build for development takes a development enclave's too;
 * in any other that branch, and the code behind it, is not there.
 */
async function findAnchors(): Promise<{ readonly anchors?: FindAnchors }> {
  if (import.meta.env.MODE !== "development") return {};
  const { developmentAnchors } = await import("@cloister/attestation/development/anchors");
  return { anchors: developmentAnchors };
}

/** Runs until another page of this browser takes over. */
async function run(): Promise<void> {
  const store = await openIndexedDbStore();
  const client = await createClient({
    relayUrl: new URL(".", location.href).href.replace(/\/$/, ""),
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
    ...(await findAnchors()),
  });
  if (client.self() !== undefined) client.connect();
  const model = new ClientModel(client);
  // After erasing, what was in this page's memory shall go too.
  model.self.subscribe(() => {
    if (model.self.get() === undefined) location.reload();
  });
  root.render(<App model={model} invitationCode={invitationCode} />);

  await handOver(async () => {
    root.render(<OpenElsewhere onTakeOver={runHere} />);
    await client.disconnect();
    await store.close();
  });
}

function start(): void {
  run().catch((error: unknown) => {
    if (isBaseError(error, "STORE_IN_USE")) root.render(<OpenElsewhere onTakeOver={runHere} />);
    else root.render(<CannotStart error={error} />);
  });
}

function runHere(): void {
  void takeOver().then(start);
}

start();
