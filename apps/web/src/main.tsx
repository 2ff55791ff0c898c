import { createClient } from "@cloister/client";
import { systemRandom } from "@cloister/crypto/random";
import { platformHttp, platformSocket, systemClock } from "@cloister/net-platform";
import { openIndexedDbStore } from "@cloister/store-indexeddb";
import { createRoot } from "react-dom/client";
import { ClientModel } from "./model/client-model.ts";
import { takeInvitationFromAddress } from "./model/invitation.ts";
import { applyPreferences } from "./model/preferences.ts";
import { holdDevice } from "./one-page.ts";
import "./styles/index.css";
import { App } from "./views/app.tsx";
import { CannotStart, OpenElsewhere } from "./views/before-start.tsx";

applyPreferences();
const invitationCode = takeInvitationFromAddress(globalThis);
const root = createRoot(document.body.appendChild(document.createElement("div")));

/** Runs until another page of this browser takes the device over. */
async function run({ ask }: { readonly ask: boolean }): Promise<void> {
  const hold = await holdDevice({ ask });
  if (hold === undefined) return root.render(<OpenElsewhere onTakeOver={() => start({ ask: true })} />);
  const store = await openIndexedDbStore();
  const client = await createClient({
    relayUrl: new URL(".", location.href).href.replace(/\/$/, ""),
    store,
    http: platformHttp,
    socket: platformSocket,
    clock: systemClock,
    random: systemRandom,
  });
  if (client.self() !== undefined) client.connect();
  root.render(<App model={new ClientModel(client)} invitationCode={invitationCode} />);

  await hold.asked;
  root.render(<OpenElsewhere onTakeOver={() => location.reload()} />);
  await client.disconnect();
  await store.close();
  hold.release();
}

function start(options: { readonly ask: boolean }): void {
  run(options).catch((error: unknown) => root.render(<CannotStart error={error} />));
}

start({ ask: false });
