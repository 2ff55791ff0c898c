// Sender keys and sealed sender of Signal's own library, as operations for peer.mjs.
/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   plain JavaScript: the library's types are absent wherever it is not installed. */
import {
  groupDecrypt,
  groupEncrypt,
  PrivateKey,
  PublicKey,
  processSenderKeyDistributionMessage,
  SenderCertificate,
  SenderKeyDistributionMessage,
  SenderKeyRecord,
  SenderKeyStore,
  ServerCertificate,
  sealedSenderDecryptMessage,
  sealedSenderDecryptToUsmc,
  sealedSenderEncrypt,
  sealedSenderMultiRecipientEncrypt,
  signalEncrypt,
  UnidentifiedSenderMessageContent,
} from "@signalapp/libsignal-client";
import SealedSenderMultiRecipientMessage from "@signalapp/libsignal-client/dist/SealedSenderMultiRecipientMessage.js";

const GROUP_MESSAGE = 7;

class SenderKeys extends SenderKeyStore {
  records = new Map();
  async saveSenderKey(sender, distributionId, record) {
    this.records.set(`${sender.toString()} ${distributionId}`, record.serialize());
  }
  async getSenderKey(sender, distributionId) {
    const bytes = this.records.get(`${sender.toString()} ${distributionId}`);
    return bytes ? SenderKeyRecord.deserialize(bytes) : null;
  }
}

export function groupOperations({ account, address, decode, encode }) {
  const senderKeys = new Map();
  const keysOf = (name) => {
    if (!senderKeys.has(name)) senderKeys.set(name, new SenderKeys());
    return senderKeys.get(name);
  };
  let authority;

  const contentOf = (message, { certificate, contentHint, groupId }) =>
    UnidentifiedSenderMessageContent.new(
      message,
      SenderCertificate.deserialize(decode(certificate)),
      contentHint ?? 0,
      groupId ? decode(groupId) : null,
    );

  return {
    async share({ at, distributionId, renew }) {
      const store = keysOf(at);
      if (renew) store.records.delete(`${address(at).toString()} ${distributionId}`);
      const message = await SenderKeyDistributionMessage.create(address(at), distributionId, store);
      return { distribution: encode(message.serialize()) };
    },

    async acceptShare({ at, from, distribution }) {
      const message = SenderKeyDistributionMessage.deserialize(decode(distribution));
      await processSenderKeyDistributionMessage(address(from), message, keysOf(at));
      return { ok: true };
    },

    async groupEncrypt({ at, distributionId, plaintext }) {
      const message = await groupEncrypt(address(at), distributionId, keysOf(at), decode(plaintext));
      return { message: encode(message.serialize()) };
    },

    async groupDecrypt({ at, from, message }) {
      return { plaintext: encode(await groupDecrypt(address(from), keysOf(at), decode(message))) };
    },

    // A trust root and a server key of this side's own.
    async authority() {
      const root = PrivateKey.generate();
      const server = PrivateKey.generate();
      authority = { server, certificate: ServerCertificate.new(7, server.getPublicKey(), root) };
      return { trustRoot: encode(root.getPublicKey().serialize()) };
    },

    async certificate({ of, device, identityKey, expiresAtMs }) {
      const key = PublicKey.deserialize(decode(identityKey));
      const { certificate, server } = authority;
      const issued = SenderCertificate.new(of, null, device, key, expiresAtMs, certificate, server);
      return { certificate: encode(issued.serialize()) };
    },

    async sealForOne({ at, to, plaintext, ...rest }) {
      const { sessions, identities } = account(at);
      const peer = address(to);
      const message = await signalEncrypt(decode(plaintext), peer, address(at), sessions, identities);
      return { sealed: encode(await sealedSenderEncrypt(contentOf(message, rest), peer, identities)) };
    },

    async sealForMany({ at, to, distributionId, plaintext, ...rest }) {
      const { sessions, identities } = account(at);
      const message = await groupEncrypt(address(at), distributionId, keysOf(at), decode(plaintext));
      const content = contentOf(message, rest);
      const recipients = to.map((name) => address(name));
      const sealed = await sealedSenderMultiRecipientEncrypt(content, recipients, identities, sessions);
      return { sealed: encode(sealed) };
    },

    // What a server does.
    async split({ sealed }) {
      const message = new SealedSenderMultiRecipientMessage(decode(sealed));
      const recipients = Object.entries(message.recipientsByServiceIdString());
      return {
        recipients: recipients.map(([name, recipient]) => ({
          name,
          deviceIds: recipient.deviceIds,
          registrationIds: recipient.registrationIds,
          message: encode(message.messageForRecipient(recipient)),
        })),
      };
    },

    async openSealed({ at, device, sealed, trustRoot, nowMs }) {
      const it = account(at);
      const root = PublicKey.deserialize(decode(trustRoot));
      const content = await sealedSenderDecryptToUsmc(decode(sealed), it.identities);
      const sender = content.senderCertificate();
      const groupId = content.groupId();
      const answer = {
        from: sender.senderUuid(),
        type: content.msgType(),
        contentHint: content.contentHint(),
        groupId: groupId ? encode(groupId) : undefined,
      };
      if (content.msgType() === GROUP_MESSAGE) {
        if (!sender.validate(root, nowMs)) return { error: "LibSignalError", message: "not validated" };
        const plaintext = await groupDecrypt(address(answer.from), keysOf(at), content.contents());
        return { ...answer, plaintext: encode(plaintext) };
      }
      const opened = await sealedSenderDecryptMessage(
        decode(sealed),
        root,
        nowMs,
        null,
        at,
        device ?? 1,
        it.sessions,
        it.identities,
        it.preKeys,
        it.signedPreKeys,
        it.kyberPreKeys,
      );
      return { ...answer, plaintext: encode(opened.message()) };
    },
  };
}
