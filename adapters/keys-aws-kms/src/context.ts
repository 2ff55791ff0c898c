import { checkScope, type KeyScope } from "@cloister/keys";

/** The scope as an encryption context. AWS writes it into CloudTrail: ids and numbers, nothing of a patient. */
export function encryptionContext(scope: KeyScope): Readonly<Record<string, string>> {
  checkScope(scope);
  const { tenant, conversation, epoch, version } = scope;
  return { tenant, conversation, epoch: String(epoch), version: String(version) };
}
