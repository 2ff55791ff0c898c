import { BaseError, concatBytes, zeroise } from "@cloister/bytes";
import { decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import type { BackupFile } from "./backup-api.ts";
import {
  openKey,
  type Recipient,
  type RecoveryKeys,
  readRecipient,
  readStanza,
  recipientFields,
  recoveryWays,
  type Stanza,
  sealKey,
  stanzaFields,
} from "./backup-keys.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import { contactRecords, conversationRecords, latestFirst, orderAbove } from "./history-export.ts";
import {
  archiveKeyBytesCount,
  encodeHeader,
  openArchive,
  prefixBytesCount,
  readHeader,
  readPrefix,
  saltBytesCount,
  sealArchive,
  sealedChunkBytesCount,
} from "./history-seal.ts";
import { type Identity, identityFields, readIdentity } from "./linking-identity.ts";

/** The first record of a backup: whose it is. */
export interface BackedUpPerson extends Identity {
  readonly recipients: readonly Recipient[];
  readonly isKeptAtRelay: boolean;
  readonly madeAtMs: number;
  /** Above every position of a message. */
  readonly firstOrder: number;
  readonly conversationsCount: number;
}

/** A backup that one of its recipients opened. */
export interface OpenedBackup {
  readonly person: BackedUpPerson;
  /** Contacts and conversations; each is authentic once it is given. */
  readonly records: AsyncIterable<Uint8Array>;
}

/** This device's backup, sealed for all recipients: the header, then chunk after chunk. */
export async function* sealBackup(
  core: Pick<Core, "database" | "clock" | "random">,
  input: { readonly recipients: readonly Recipient[]; readonly isKeptAtRelay: boolean },
): AsyncGenerator<Uint8Array, void> {
  const key = core.random(archiveKeyBytesCount);
  const stanzas = input.recipients.map((recipient) => stanzaFields(sealKey(core.random, recipient, key)));
  const header = encodeHeader("backup", core.random(saltBytesCount), { stanzas });
  try {
    yield* sealArchive({ key, header }, backupRecords(core, input));
  } finally {
    zeroise(key);
  }
}

async function* backupRecords(
  core: Pick<Core, "database" | "clock">,
  input: { readonly recipients: readonly Recipient[]; readonly isKeptAtRelay: boolean },
): AsyncGenerator<Uint8Array, void> {
  const conversations = latestFirst(core);
  yield encodePerson({
    ...selfOf(core),
    ...input,
    identityKeyPair: keysOf(core).identityKeyPair,
    madeAtMs: core.clock.nowMs(),
    firstOrder: orderAbove(core),
    conversationsCount: conversations.length,
  });
  yield* contactRecords(core);
  yield* conversationRecords(core, conversations, "backup");
}

/**
 * Opens a backup with a recovery secret's keys.
 * @param pieces the header, then chunks, all of it attacker-controlled
 * @throws BaseError `RECOVERY_WRONG`, `ARCHIVE_UNKNOWN`, `ARCHIVE_DAMAGED`, `ARCHIVE_TRUNCATED`,
 * `VERSION_UNSUPPORTED`
 */
export async function openBackup(
  keys: RecoveryKeys,
  pieces: AsyncGenerator<Uint8Array, void>,
): Promise<OpenedBackup> {
  const { value: header } = await pieces.next();
  const stanzas = readHeader(header ?? new Uint8Array(0), "backup", readStanzas);
  const key = stanzas.map((stanza) => openKey(keys, stanza)).find((opened) => opened !== undefined);
  if (!header || !key) {
    throw new BaseError(
      "Verification",
      "RECOVERY_WRONG",
      "this backup was made for other recovery words, or another passkey",
    );
  }
  const records = openArchive({ key, header }, pieces);
  const first = await records.next();
  return { person: decodePerson(first.value ?? new Uint8Array(0)), records };
}

/** A file's header, then its chunks. @throws BaseError `ARCHIVE_UNKNOWN`, and whatever reading throws */
export async function* filePieces(file: BackupFile): AsyncGenerator<Uint8Array, void> {
  const prefix = await file.read(0, prefixBytesCount);
  const fields = await file.read(prefixBytesCount, readPrefix(prefix));
  yield concatBytes(prefix, fields);
  for (let at = prefixBytesCount + fields.length; ; at += sealedChunkBytesCount) {
    const chunk = await file.read(at, sealedChunkBytesCount);
    if (chunk.length === 0) return;
    yield chunk;
  }
}

function readStanzas(map: FieldReader): readonly Stanza[] {
  const read = (item: Parameters<typeof readMap>[0]) => {
    const fields = readMap(item);
    const stanza = readStanza(fields);
    fields.end();
    return stanza;
  };
  return map.list("stanzas", read, { maxCount: recoveryWays.length });
}

function encodePerson(person: BackedUpPerson): Uint8Array {
  const { recipients, isKeptAtRelay, madeAtMs, firstOrder, conversationsCount } = person;
  return encodeCbor({
    ...identityFields(person),
    recipients: recipients.map(recipientFields),
    isKeptAtRelay,
    madeAtMs,
    firstOrder,
    conversationsCount,
  });
}

/** It is authentic, so whatever is wrong with it came from another version. @throws BaseError `ARCHIVE_DAMAGED` */
function decodePerson(bytes: Uint8Array): BackedUpPerson {
  try {
    const map = readMap(decodeCbor(bytes));
    const read = (item: Parameters<typeof readMap>[0]) => readRecipient(readMap(item));
    const person = {
      ...readIdentity(map),
      recipients: map.list("recipients", read, { maxCount: recoveryWays.length }),
      isKeptAtRelay: map.bool("isKeptAtRelay"),
      madeAtMs: map.uint("madeAtMs"),
      firstOrder: map.uint("firstOrder"),
      conversationsCount: map.uint("conversationsCount"),
    };
    map.end();
    return person;
  } catch (cause) {
    throw new BaseError("Verification", "ARCHIVE_DAMAGED", "the backup does not say whose it is", { cause });
  }
}
