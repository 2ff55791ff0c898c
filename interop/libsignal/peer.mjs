// Signal's own library behind the JSON lines of suite `protocol`. A process of its own: the library is
// AGPL, and nothing of Cloister imports this file or the package.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   plain JavaScript: the library's types are absent wherever it is not installed. */
import process from "node:process";
import { createInterface } from "node:readline";

/** Under which name of package.json the library is installed; the newest one has its own. */
const [packageName = "@signalapp/libsignal-client"] = process.argv.slice(2);
const isNewest = packageName === "@signalapp/libsignal-client";
const {
  DecryptionErrorMessage,
  Fingerprint,
  IdentityKeyPair,
  IdentityKeyStore,
  KEMKeyPair,
  KEMPublicKey,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  PlaintextContent,
  PreKeyBundle,
  PreKeyRecord,
  PreKeySignalMessage,
  PreKeyStore,
  PrivateKey,
  ProtocolAddress,
  PublicKey,
  processPreKeyBundle,
  SessionRecord,
  SessionStore,
  SignalMessage,
  SignedPreKeyRecord,
  SignedPreKeyStore,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
} = await import(packageName);
const { groupOperations } = isNewest ? await import("./groups.mjs") : { groupOperations: () => ({}) };

const decode = (text) => Buffer.from(text, "base64");
const encode = (bytes) => Buffer.from(bytes).toString("base64");

class Sessions extends SessionStore {
  records = new Map();
  async saveSession(address, record) {
    this.records.set(address.toString(), encode(record.serialize()));
  }
  async getSession(address) {
    const text = this.records.get(address.toString());
    return text ? SessionRecord.deserialize(decode(text)) : null;
  }
  async getExistingSessions(addresses) {
    return Promise.all(addresses.map((address) => this.getSession(address)));
  }
}

class Identities extends IdentityKeyStore {
  known = new Map();
  constructor(pair, registrationId) {
    super();
    this.pair = pair;
    this.registrationId = registrationId;
  }
  async getIdentityKey() {
    return this.pair.privateKey;
  }
  async getIdentityKeyPair() {
    return this.pair;
  }
  async getLocalRegistrationId() {
    return this.registrationId;
  }
  async isTrustedIdentity() {
    return true;
  }
  async saveIdentity(address, key) {
    const before = this.known.get(address.toString());
    const now = encode(key.serialize());
    this.known.set(address.toString(), now);
    return before !== undefined && before !== now ? 1 : 0;
  }
  async getIdentity(address) {
    const text = this.known.get(address.toString());
    return text ? PublicKey.deserialize(decode(text)) : null;
  }
}

class PreKeys extends PreKeyStore {
  records = new Map();
  async savePreKey(id, record) {
    this.records.set(id, encode(record.serialize()));
  }
  async getPreKey(id) {
    const text = this.records.get(id);
    if (!text) throw new Error(`no prekey ${id}`);
    return PreKeyRecord.deserialize(decode(text));
  }
  async removePreKey(id) {
    this.records.delete(id);
  }
}

class SignedPreKeys extends SignedPreKeyStore {
  records = new Map();
  async saveSignedPreKey(id, record) {
    this.records.set(id, encode(record.serialize()));
  }
  async getSignedPreKey(id) {
    const text = this.records.get(id);
    if (!text) throw new Error(`no signed prekey ${id}`);
    return SignedPreKeyRecord.deserialize(decode(text));
  }
}

class KyberPreKeys extends KyberPreKeyStore {
  records = new Map();
  async saveKyberPreKey(id, record) {
    this.records.set(id, encode(record.serialize()));
  }
  async getKyberPreKey(id) {
    const text = this.records.get(id);
    if (!text) throw new Error(`no KEM prekey ${id}`);
    return KyberPreKeyRecord.deserialize(decode(text));
  }
  async markKyberPreKeyUsed() {}
}

const accounts = new Map();

function open(pair, registrationId) {
  return {
    identities: new Identities(pair, registrationId),
    sessions: new Sessions(),
    preKeys: new PreKeys(),
    signedPreKeys: new SignedPreKeys(),
    kyberPreKeys: new KyberPreKeys(),
    nextId: 1,
  };
}

function account(name) {
  const found = accounts.get(name);
  if (!found) throw new Error(`no account ${name}`);
  return found;
}

const address = (name, device = 1) => ProtocolAddress.new(name, device);
/** Newer versions are told their own address too. */
const between = (peer, device, at) => [address(peer, device), ...(isNewest ? [address(at)] : [])];

const operations = {
  ...groupOperations({ account, address, decode, encode }),

  async new({ as }) {
    const pair = IdentityKeyPair.generate();
    const registrationId = 1 + Math.floor(Math.random() * 16380);
    accounts.set(as, open(pair, registrationId));
    return { identityKey: encode(pair.publicKey.serialize()), registrationId };
  },

  async bundle({ of, oneTime }) {
    const it = account(of);
    const id = it.nextId;
    it.nextId += 1;
    const { privateKey } = it.identities.pair;
    const signed = PrivateKey.generate();
    const signedSignature = privateKey.sign(signed.getPublicKey().serialize());
    await it.signedPreKeys.saveSignedPreKey(
      id,
      SignedPreKeyRecord.new(id, Date.now(), signed.getPublicKey(), signed, signedSignature),
    );
    const kem = KEMKeyPair.generate();
    const kemSignature = privateKey.sign(kem.getPublicKey().serialize());
    await it.kyberPreKeys.saveKyberPreKey(id, KyberPreKeyRecord.new(id, Date.now(), kem, kemSignature));
    const answer = {
      registrationId: it.identities.registrationId,
      deviceId: 1,
      identityKey: encode(it.identities.pair.publicKey.serialize()),
      signedPreKeyId: id,
      signedPreKey: encode(signed.getPublicKey().serialize()),
      signedPreKeySignature: encode(signedSignature),
      kyberPreKeyId: id,
      kyberPreKey: encode(kem.getPublicKey().serialize()),
      kyberPreKeySignature: encode(kemSignature),
    };
    if (!oneTime) return answer;
    const one = PrivateKey.generate();
    await it.preKeys.savePreKey(id, PreKeyRecord.new(id, one.getPublicKey(), one));
    return { ...answer, preKeyId: id, preKey: encode(one.getPublicKey().serialize()) };
  },

  async session({ at, with: peer, device, bundle }) {
    const it = account(at);
    const remote = PreKeyBundle.new(
      bundle.registrationId,
      bundle.deviceId,
      bundle.preKeyId ?? null,
      bundle.preKey ? PublicKey.deserialize(decode(bundle.preKey)) : null,
      bundle.signedPreKeyId,
      PublicKey.deserialize(decode(bundle.signedPreKey)),
      decode(bundle.signedPreKeySignature),
      PublicKey.deserialize(decode(bundle.identityKey)),
      ...(bundle.kyberPreKey
        ? [
            bundle.kyberPreKeyId,
            KEMPublicKey.deserialize(decode(bundle.kyberPreKey)),
            decode(bundle.kyberPreKeySignature),
          ]
        : []),
    );
    await processPreKeyBundle(remote, ...between(peer, device, at), it.sessions, it.identities);
    return { ok: true };
  },

  async encrypt({ at, to, device, plaintext }) {
    const it = account(at);
    const message = await signalEncrypt(
      decode(plaintext),
      ...between(to, device, at),
      it.sessions,
      it.identities,
    );
    return { type: message.type(), message: encode(message.serialize()) };
  },

  async decrypt({ at, from, device, type, message }) {
    const it = account(at);
    const addresses = between(from, device, at);
    const bytes = decode(message);
    const plaintext =
      type === 3
        ? await signalDecryptPreKey(
            PreKeySignalMessage.deserialize(bytes),
            ...addresses,
            it.sessions,
            it.identities,
            it.preKeys,
            it.signedPreKeys,
            it.kyberPreKeys,
          )
        : await signalDecrypt(SignalMessage.deserialize(bytes), ...addresses, it.sessions, it.identities);
    return { plaintext: encode(plaintext) };
  },

  async save({ at }) {
    const it = account(at);
    const state = {
      pair: encode(it.identities.pair.serialize()),
      registrationId: it.identities.registrationId,
      known: [...it.identities.known],
      sessions: [...it.sessions.records],
      preKeys: [...it.preKeys.records],
      signedPreKeys: [...it.signedPreKeys.records],
      kyberPreKeys: [...it.kyberPreKeys.records],
      nextId: it.nextId,
    };
    return { state: encode(Buffer.from(JSON.stringify(state))) };
  },

  async load({ as, state }) {
    const saved = JSON.parse(Buffer.from(state, "base64").toString());
    const it = open(IdentityKeyPair.deserialize(decode(saved.pair)), saved.registrationId);
    it.identities.known = new Map(saved.known);
    for (const store of ["sessions", "preKeys", "signedPreKeys", "kyberPreKeys"]) {
      it[store].records = new Map(saved[store]);
    }
    it.nextId = saved.nextId;
    accounts.set(as, it);
    return { ok: true };
  },

  async reset({ at, with: peer, device }) {
    const it = account(at);
    const record = await it.sessions.getSession(address(peer, device));
    if (record) {
      record.archiveCurrentState();
      await it.sessions.saveSession(address(peer, device), record);
    }
    return { ok: true };
  },

  // As after the loss of a store: not even archived sessions are left.
  async forget({ at, with: peer, device }) {
    account(at).sessions.records.delete(address(peer, device).toString());
    return { ok: true };
  },

  async decryptionError({ type, message, timestampMs, deviceId }) {
    const error = DecryptionErrorMessage.forOriginal(decode(message), type, timestampMs, deviceId);
    return { message: encode(PlaintextContent.from(error).serialize()) };
  },

  async readDecryptionError({ at, with: peer, device, message }) {
    const content = PlaintextContent.deserialize(decode(message));
    const error = DecryptionErrorMessage.extractFromSerializedBody(content.body());
    const record = await account(at).sessions.getSession(address(peer, device));
    const ratchetKey = error.ratchetKey();
    return {
      timestampMs: error.timestamp(),
      deviceId: error.deviceId(),
      isActiveSessionBroken: ratchetKey !== undefined && record.currentRatchetKeyMatches(ratchetKey),
    };
  },

  async safetyNumber({ at, localId, remoteId, remoteIdentityKey }) {
    const fingerprint = Fingerprint.new(
      5200,
      2,
      decode(localId),
      account(at).identities.pair.publicKey,
      decode(remoteId),
      PublicKey.deserialize(decode(remoteIdentityKey)),
    );
    return { digits: fingerprint.displayableFingerprint().toString() };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const request = JSON.parse(line);
    const operation = operations[request.op];
    if (!operation) throw new Error(`no operation ${request.op}`);
    answer = await operation(request);
  } catch (error) {
    answer = { error: String(error?.name ?? "Error"), message: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
