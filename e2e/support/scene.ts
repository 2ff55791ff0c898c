import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Device, openDevice } from "./browser.ts";
import { ConsentDialog } from "./dialogs.ts";
import {
  type AnswerCard,
  type ConversationView,
  NewConversationView,
  Sidebar,
  WelcomeView,
} from "./pages.ts";
import type { RunningStack } from "./stack.ts";

/** The knowledge in `knowledge/` covers it. */
export const coveredQuestion = "What helps against a migraine?";
export const clinicianName = "Dr. Robin Example";
export const patientName = "Amina Haddad";
export const title = "My migraine";

/** Two people who talk, and an assistant that was asked. */
export interface Scene {
  readonly patient: Device;
  readonly clinician: Device;
  readonly patientView: ConversationView;
  readonly clinicianView: ConversationView;
  readonly answer: AnswerCard;
}

/** Plays the beginning of a conversation, up to a cited answer whose receipt was checked. */
export async function playScene(
  browser: Browser,
  stack: RunningStack,
  options: BrowserContextOptions = {},
): Promise<Scene> {
  const [patient, clinician] = await Promise.all([
    openDevice(browser, stack.relayUrl, options),
    openDevice(browser, stack.clinicianInvitation, options),
  ]);
  await Promise.all([
    new WelcomeView(patient.page).signUp(patientName),
    new WelcomeView(clinician.page).signUpAsInvited(),
  ]);
  await new Sidebar(patient.page).newConversation.click();
  const patientView = await new NewConversationView(patient.page).create(title, [clinicianName]);
  const clinicianView = await new Sidebar(clinician.page).open(title);
  await patientView.write("Good morning. My head aches again, mostly on the left.");
  await clinicianView.write("Good morning. Rest in a dark room first, and tell me how it is at noon.");
  await patientView.askButton.click();
  await new ConsentDialog(patient.page).agree();
  await patientView.write(coveredQuestion);
  const answer = patientView.answerTo(coveredQuestion);
  await answer.receiptChecked.waitFor();
  return { patient, clinician, patientView, clinicianView, answer };
}
