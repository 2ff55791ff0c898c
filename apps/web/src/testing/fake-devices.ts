import type {
  BackupFile,
  BackupStatus,
  HistoryTransfer,
  LinkRequest,
  NewDeviceInput,
  RecoverySecret,
  RestoreProgress,
  Self,
} from "@cloister/client";

/** Twelve words that everybody knows: a vector of BIP 39. */
export const knownPhrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
/** What both devices show, unless a test says otherwise. */
const knownComparison = "482913";
const fakeCode = "Q0xPSVNURVItTElOSy0xLUZBS0UtQ09ERS1GT1ItREVWRUxPUE1FTlQ";

/** What a test plays of this person's other devices and backup. */
export class FakeDevices {
  devices = [
    { device: 1, current: true },
    { device: 2, current: false },
  ];
  history: HistoryTransfer | undefined;
  backup: BackupStatus = { ways: [], isKeptAtRelay: false, isVoid: false };
  /** What was given to restore from. */
  restoredFrom: { readonly secret: RecoverySecret; readonly file?: BackupFile } | undefined;
  readonly secrets: RecoverySecret[] = [];
  #newDevice: NewDeviceInput | undefined;

  /** This device shows a code and waits for ever. */
  show(input: NewDeviceInput): Promise<Self> {
    this.#newDevice = input;
    input.onCode(fakeCode);
    return new Promise(() => undefined);
  }

  /** The other device read the code of this one. */
  answer(): void {
    this.#newDevice?.onComparison(knownComparison);
  }

  request(onAccepted: (withHistory: boolean) => void): LinkRequest {
    return {
      comparison: knownComparison,
      deviceName: "Firefox on Android",
      accept: async ({ withHistory }) => {
        this.devices = [...this.devices, { device: this.devices.length + 1, current: false }];
        if (withHistory) {
          this.history = { direction: "giving", doneCount: 0, totalCount: undefined, isIncomplete: false };
        }
        onAccepted(withHistory);
      },
    };
  }

  revoke(device: number): void {
    this.devices = this.devices.filter((known) => known.device !== device);
  }

  addRecovery(secret: RecoverySecret): void {
    this.secrets.push(secret);
    const others = this.backup.ways.filter((way) => way !== secret.way);
    this.backup = { ...this.backup, ways: [...others, secret.way], isVoid: false };
  }

  restore(
    input: { readonly secret: RecoverySecret; readonly file?: BackupFile },
    onProgress: ((progress: RestoreProgress) => void) | undefined,
  ): void {
    this.restoredFrom = input;
    onProgress?.({ doneCount: 2, totalCount: 3 });
  }
}
