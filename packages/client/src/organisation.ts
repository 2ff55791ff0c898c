import { type Core, selfOf } from "./core.ts";
import { only, selfTable } from "./records.ts";

/**
 * Learns what the organisation says about itself now, such as where its log is. The keys that this device
 * signed up with stay: a relay that shows others is not believed in anything, and listeners hear of it.
 */
export async function refreshOrganisation(core: Core): Promise<void> {
  const { organisation: known } = selfOf(core);
  const shown = await core.relay.organisation();
  if (shown.organisationKey !== known.organisationKey || shown.log.vkey !== known.log.vkey) {
    core.database.emit({ type: "organisationChanged" });
    return;
  }
  if (JSON.stringify(shown) === JSON.stringify(known)) return;
  await core.database.change(async (transaction) => {
    const self = await transaction.get(selfTable, only);
    if (self) transaction.put(selfTable, only, { ...self, organisation: shown });
  });
}
