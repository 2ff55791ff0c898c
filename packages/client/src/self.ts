import type { OrganisationInfo } from "@cloister/contracts/http";
import type { AccountId, DeviceId, Role } from "@cloister/contracts/ids";

/** Who this device is. */
export interface Self {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly role: Role;
  readonly displayName: string;
  readonly organisation: OrganisationInfo;
}
