import type { DeviceId } from "@cloister/contracts/ids";
import type { Self } from "./self.ts";

/** What the new device needs for being linked. */
export interface NewDeviceInput {
  /** How the old device shall call this one, such as "Firefox on Linux". At most 60 bytes of it are shown. */
  readonly deviceName: string;
  /** The code to show to the old device, as text and as QR code. */
  readonly onCode: (code: string) => void;
  /** Six digits, once the old device read the code: a person sees that it shows the same. */
  readonly onComparison: (digits: string) => void;
  readonly signal: { readonly aborted: boolean };
}

/** A device that asks to be let in. */
export interface LinkRequest {
  /** Six digits. If the new device shows others, somebody replaced the code: do not accept. */
  readonly comparison: string;
  /** What the device calls itself; a stranger's could say the same. */
  readonly deviceName: string;
  /**
   * Gives it this person's identity and, with history, everything that is kept here. May be called again when
   * it failed.
   * @throws BaseError family `Unavailable`
   */
  accept(input: { readonly withHistory: boolean }): Promise<void>;
}

/** History between two devices of this person, while it is under way or as long as some of it is missing. */
export interface HistoryTransfer {
  readonly direction: "giving" | "receiving";
  /** Conversations that are complete. */
  readonly doneCount: number;
  /** Undefined before the other device is there. */
  readonly totalCount: number | undefined;
  /** It is over, and something of it could not be fetched or opened. */
  readonly isIncomplete: boolean;
}

/** What opens a backup: words on paper, or a passkey of the person's. */
export type RecoveryWay = "phrase" | "passkey";

/** A secret that opens backups. It is never kept on a device. */
export type RecoverySecret =
  /** Twelve words of {@link BackupCalls.newRecoveryPhrase}. */
  | { readonly way: "phrase"; readonly phrase: string }
  /** 32 bytes that only the passkey gives (WebAuthn PRF). */
  | { readonly way: "passkey"; readonly key: Uint8Array };

/** How this person's backup stands. */
export interface BackupStatus {
  /** Empty while there is none. */
  readonly ways: readonly RecoveryWay[];
  /** A sealed copy is kept at the relay, and renewed every day. */
  readonly isKeptAtRelay: boolean;
  /** When the newest complete backup was made, wherever it is. */
  readonly lastAtMs?: number;
  /** Another device of this person set up another backup since: this one restores nothing any more. */
  readonly isVoid: boolean;
}

/** A backup file, read in pieces. */
export interface BackupFile {
  /** At most `lengthBytes` bytes from `offset`: fewer where the file ends. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}

/** Other devices of this person. */
export interface LinkingCalls {
  /** On the new device; resolves when the old one has let it in. */
  linkAsNewDevice(input: NewDeviceInput): Promise<Self>;
  /**
   * On the old device: asks the device that shows this code who it is.
   * @throws BaseError `LINK_CODE_INVALID`, `LINK_NO_ANSWER`, `LINK_INVALID`, or family `Unavailable`
   */
  linkNewDevice(code: string): Promise<LinkRequest>;
  devices(): Promise<readonly { readonly device: DeviceId; readonly current: boolean }[]>;
  revokeDevice(device: DeviceId): Promise<void>;

  /** Undefined when there is nothing to say. */
  historyTransfer(): HistoryTransfer | undefined;
  /** No more history is given or taken; conversations that are complete stay. */
  stopHistory(): Promise<void>;
}

/** A backup: sealed, so that nobody but this person opens it. It holds the identity and what people said, no session. */
export interface BackupCalls {
  /** Twelve fresh words (BIP39, 128 bits). They are nowhere but in the caller's hands. */
  newRecoveryPhrase(): string;
  backupStatus(): BackupStatus;
  /**
   * From now on backups open with this secret; one of the same way before opens none made from now on.
   * @throws BaseError `PHRASE_INVALID`, or family `Unavailable`
   */
  addRecovery(secret: RecoverySecret): Promise<void>;
  /** Ends it: the copy at the relay is deleted; files made before restore nothing any more. */
  removeBackup(): Promise<void>;
  /**
   * The backup as a file, piece by piece. It counts once the last piece was taken.
   * @throws BaseError `BACKUP_NOT_SET_UP`
   */
  exportBackup(): AsyncIterable<Uint8Array>;
  /**
   * Puts a fresh copy at the relay, and does so every day; or deletes it and does so no more.
   * @throws BaseError `BACKUP_NOT_SET_UP`, `STORAGE_FULL`, or family `Unavailable`
   */
  keepBackupAtRelay(keep: boolean): Promise<void>;
  /**
   * On a device without an account: becomes this person's only device, with everything that the backup holds.
   * If it fails, nothing stays.
   * @throws BaseError `ALREADY_SIGNED_UP`, `PHRASE_INVALID`, `RECOVERY_WRONG`, `BACKUP_NOT_FOUND`,
   * `BACKUP_VOID`, `ARCHIVE_UNKNOWN`, `ARCHIVE_DAMAGED`, `ARCHIVE_TRUNCATED`, `VERSION_UNSUPPORTED`, or
   * family `Unavailable`
   */
  restoreBackup(input: {
    readonly secret: RecoverySecret;
    /** Else the copy at the relay. */
    readonly file?: BackupFile;
    readonly onProgress?: (progress: RestoreProgress) => void;
  }): Promise<Self>;
}

/** Conversations of a backup that are complete on this device. */
export interface RestoreProgress {
  readonly doneCount: number;
  readonly totalCount: number;
}
