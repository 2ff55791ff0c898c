export {
  encryptToGroup,
  type SenderKey,
  type SenderKeyStep,
  shareSenderKey,
} from "./sender-key.ts";
export {
  acceptDistribution,
  decryptFromGroup,
  emptySenderKeyRecord,
  inspectDistribution,
  inspectGroupMessage,
  type SenderKeyRecord,
  type SenderKeyRecordStep,
  type SenderKeyState,
} from "./sender-key-record.ts";
export {
  parseSenderKey,
  parseSenderKeyRecord,
  serializeSenderKey,
  serializeSenderKeyRecord,
} from "./stored.ts";
export type { UnverifiedGroupMessage } from "./wire.ts";
