// What bench/protocol.ts measures, with the best JavaScript peer. A process of its own: the library is GPL.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   plain JavaScript: the library's types are absent wherever it is not installed. */
import { Buffer } from "node:buffer";
import libsignal from "libsignal";
import { serveScenarios } from "../../bench/serve.ts";

const { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, curve } = libsignal;

/** Its records are objects for JSON; a database holds the text as bytes. */
const encode = (record) => Buffer.from(JSON.stringify(record.serialize()));
const decode = (bytes) => SessionRecord.deserialize(JSON.parse(bytes.toString()));

/** The port that the library asks for, with bytes inside. Trusts everybody: the cheapest there can be. */
class Storage {
  sessions = new Map();
  preKeys = new Map();
  identity = curve.generateKeyPair();
  signed = curve.generateKeyPair();
  async loadSession(id) {
    const bytes = this.sessions.get(id);
    return bytes && decode(bytes);
  }
  async storeSession(id, record) {
    this.sessions.set(id, encode(record));
  }
  isTrustedIdentity() {
    return true;
  }
  async loadPreKey(id) {
    return this.preKeys.get(Number(id));
  }
  removePreKey(id) {
    this.preKeys.delete(Number(id));
  }
  loadSignedPreKey() {
    return this.signed;
  }
  getOurRegistrationId() {
    return 1;
  }
  getOurIdentity() {
    return this.identity;
  }
}

const device = (name) => ({ address: new ProtocolAddress(name, 1), storage: new Storage() });

function publish({ storage }, count) {
  const { identity, signed } = storage;
  const signature = curve.calculateSignature(identity.privKey, signed.pubKey);
  return Array.from({ length: count }, (_, at) => {
    const one = curve.generateKeyPair();
    storage.preKeys.set(at, one);
    return {
      registrationId: 1,
      identityKey: identity.pubKey,
      signedPreKey: { keyId: 1, publicKey: signed.pubKey, signature },
      preKey: { keyId: at, publicKey: one.pubKey },
    };
  });
}

const start = (from, to, bundle) => new SessionBuilder(from.storage, to.address).initOutgoing(bundle);

async function seal(from, to, plaintext) {
  const { type, body } = await new SessionCipher(from.storage, to.address).encrypt(Buffer.from(plaintext));
  return { type, bytes: typeof body === "string" ? Buffer.from(body, "binary") : body };
}

function open(to, from, { type, bytes }) {
  const cipher = new SessionCipher(to.storage, from.address);
  return type === 3 ? cipher.decryptPreKeyWhisperMessage(bytes) : cipher.decryptWhisperMessage(bytes);
}

await serveScenarios({ device, publish, start, seal, open });
