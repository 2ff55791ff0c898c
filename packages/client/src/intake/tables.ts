import { cached } from "../tables.ts";
import type { IntakeDraft } from "./api.ts";

/** By conversation. */
export const intakeDraftsTable = cached<IntakeDraft>("intake-drafts");
