export { type AskEgress, askCloud, type CloudEvent, type CloudQuestion, type EgressResponse } from "./ask.ts";
export { type CloudTurn, type Outgoing, prepareOutgoing } from "./outgoing.ts";
