import { createRoot } from "react-dom/client";
import { ClientModel } from "../model/client-model.ts";
import { takeInvitationFromAddress } from "../model/invitation.ts";
import { applyPreferences } from "../model/preferences.ts";
import "../styles/index.css";
import { App } from "../views/app.tsx";
import { FakeClient } from "./fake-client.ts";
import { contacts, emergencyAnswer, failedVerdict, patient, verdictFor } from "./people.ts";
import { scenario } from "./scenario.ts";

/*
 * fake.html: the interface without a server, for work on its looks.
 * ?as=patient|clinician|new|empty  &receipt=development|hardware|failed|checking  &offline  &theme=dark
 */
const options = new URLSearchParams(location.search);
const client = clientFor(options.get("as") ?? "patient");
const receipt = options.get("receipt");
if (receipt === "hardware") client.verdict = verdictFor({ backing: "hardware", processedAt: "enclave" });
if (receipt === "failed") client.verdict = failedVerdict;
if (receipt === "checking") client.verdict = new Promise(() => undefined);
if (options.has("offline")) client.setConnection("offline");

function clientFor(who: string): FakeClient {
  if (who === "new") return new FakeClient();
  if (who === "empty") return new FakeClient(patient, Object.values(contacts));
  return scenario(who === "clinician" ? "clinician" : "patient");
}

applyPreferences();
const invitationCode = takeInvitationFromAddress(globalThis);
const root = createRoot(document.body.appendChild(document.createElement("div")));
root.render(<App model={new ClientModel(client)} invitationCode={invitationCode} />);
// For play in the console.
Object.assign(globalThis, { client, emergencyAnswer });
