// What bench/protocol.ts measures, with Signal's own library. A process of its own: the library is AGPL.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   plain JavaScript: the library's types are absent wherever it is not installed. */
import {
  IdentityKeyPair,
  IdentityKeyStore,
  KEMKeyPair,
  KEMPublicKey,
  KyberPreKeyRecord,
  KyberPreKeyStore,
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
} from "@signalapp/libsignal-client";
import { serveScenarios } from "../../bench/serve.ts";

/** Bytes of session records, as a database holds them. */
class Sessions extends SessionStore {
  stored = new Map();
  async saveSession(address, record) {
    this.stored.set(address.toString(), record.serialize());
  }
  async getSession(address) {
    const bytes = this.stored.get(address.toString());
    return bytes ? SessionRecord.deserialize(bytes) : null;
  }
}

/** Trusts everybody and writes nothing: the cheapest there can be. */
class Identities extends IdentityKeyStore {
  pair = IdentityKeyPair.generate();
  async getIdentityKey() {
    return this.pair.privateKey;
  }
  async getIdentityKeyPair() {
    return this.pair;
  }
  async getLocalRegistrationId() {
    return 1;
  }
  async isTrustedIdentity() {
    return true;
  }
  async saveIdentity() {
    return 0;
  }
}

class PreKeys extends PreKeyStore {
  stored = new Map();
  async getPreKey(id) {
    return PreKeyRecord.deserialize(this.stored.get(id));
  }
  async removePreKey(id) {
    this.stored.delete(id);
  }
}

class SignedPreKeys extends SignedPreKeyStore {
  async getSignedPreKey() {
    return SignedPreKeyRecord.deserialize(this.stored);
  }
}

class KyberPreKeys extends KyberPreKeyStore {
  async getKyberPreKey() {
    return KyberPreKeyRecord.deserialize(this.stored);
  }
  async markKyberPreKeyUsed() {}
}

function device(name) {
  return {
    address: ProtocolAddress.new(name, 1),
    identities: new Identities(),
    sessions: new Sessions(),
    preKeys: new PreKeys(),
    signedPreKeys: new SignedPreKeys(),
    kyberPreKeys: new KyberPreKeys(),
  };
}

/** Makes prekeys; returns bundles as a server would, in bytes, each with a one-time prekey of its own. */
function publish(it, count) {
  const { privateKey, publicKey } = it.identities.pair;
  const signed = PrivateKey.generate();
  const signedSignature = privateKey.sign(signed.getPublicKey().serialize());
  it.signedPreKeys.stored = SignedPreKeyRecord.new(
    1,
    Date.now(),
    signed.getPublicKey(),
    signed,
    signedSignature,
  ).serialize();
  const kem = KEMKeyPair.generate();
  const kemSignature = privateKey.sign(kem.getPublicKey().serialize());
  it.kyberPreKeys.stored = KyberPreKeyRecord.new(1, Date.now(), kem, kemSignature).serialize();
  return Array.from({ length: count }, (_, at) => {
    const one = PrivateKey.generate();
    it.preKeys.stored.set(at, PreKeyRecord.new(at, one.getPublicKey(), one).serialize());
    return {
      id: at,
      identityKey: publicKey.serialize(),
      preKey: one.getPublicKey().serialize(),
      signedPreKey: signed.getPublicKey().serialize(),
      signedSignature,
      kemPreKey: kem.getPublicKey().serialize(),
      kemSignature,
    };
  });
}

async function start(from, to, bundle) {
  const remote = PreKeyBundle.new(
    1,
    1,
    bundle.id,
    PublicKey.deserialize(bundle.preKey),
    1,
    PublicKey.deserialize(bundle.signedPreKey),
    bundle.signedSignature,
    PublicKey.deserialize(bundle.identityKey),
    1,
    KEMPublicKey.deserialize(bundle.kemPreKey),
    bundle.kemSignature,
  );
  await processPreKeyBundle(remote, to.address, from.address, from.sessions, from.identities);
}

async function seal(from, to, plaintext) {
  const sealed = await signalEncrypt(plaintext, to.address, from.address, from.sessions, from.identities);
  return { type: sealed.type(), bytes: sealed.serialize() };
}

async function open(to, from, { type, bytes }) {
  if (type === 2) {
    const message = SignalMessage.deserialize(bytes);
    return signalDecrypt(message, from.address, to.address, to.sessions, to.identities);
  }
  return signalDecryptPreKey(
    PreKeySignalMessage.deserialize(bytes),
    from.address,
    to.address,
    to.sessions,
    to.identities,
    to.preKeys,
    to.signedPreKeys,
    to.kyberPreKeys,
  );
}

await serveScenarios({ device, publish, start, seal, open });
