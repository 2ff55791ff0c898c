/** A message is at most 1 MiB; attachments travel separately. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** A message may be this far ahead of the last one of its chain. */
export const MAX_JUMP_COUNT = 25_000;
/** Keys kept for messages that have not arrived, in each chain. */
export const MAX_SKIPPED_COUNT = 2000;
/** Receiving chains kept in a session, the current one included. */
export const MAX_RECEIVING_CHAINS_COUNT = 5;
/** Archived sessions kept beside the active one. */
export const MAX_ARCHIVED_COUNT = 40;
/** How long a session that was started here may stay without any answer. */
export const MAX_UNANSWERED_MS = 30 * 86_400_000;
/** How long the keys of messages that have not arrived are kept at least; it may be up to twice as long. */
export const MIN_SKIPPED_AGE_MS = 30 * 86_400_000;
/**
 * Steps that a message with an unknown ratchet key may cost on an archived session. Nothing about it is
 * authentic yet, and there are forty to try: at the full jump one forged message would cost eight seconds.
 */
export const MAX_TRIAL_STEPS_COUNT = 500;
/** Counters and ids have 32 bits. */
export const MAX_UINT32 = 0xffff_ffff;
