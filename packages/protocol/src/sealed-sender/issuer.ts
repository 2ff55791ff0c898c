import { hkdfSha256, type Random } from "@cloister/crypto";
import { generateKeyPair } from "../keys.ts";
import { createSenderCertificate, createServerCertificate } from "./certificates.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SERVER_KEY_ID = 1;

/** Who vouches for senders: a trust root and the server key that it signed, both from one seed. */
export interface SenderIssuer {
  /** 33 bytes, for those who open sealed messages. */
  readonly trustRoot: Bytes;
  /** A certificate for a device, see {@link createSenderCertificate}. @throws BaseError `WIRE-004`, `KEY-…` */
  certify(sender: {
    readonly account: Uint8Array;
    readonly deviceId: number;
    readonly identityKey: Uint8Array;
    readonly expiresAtMs: number;
  }): Bytes;
}

/** The issuer of a seed (32 secret bytes): the same seed makes the same keys. */
export function senderIssuer(seed: Uint8Array, random: Random): SenderIssuer {
  const root = keyPair(seed, "root");
  const server = keyPair(seed, "server");
  const serverCertificate = createServerCertificate({
    keyId: SERVER_KEY_ID,
    serverKey: server.publicKey,
    trustRootPrivateKey: root.privateKey,
    random,
  });
  return {
    trustRoot: root.publicKey,
    certify: (sender) =>
      createSenderCertificate({ ...sender, serverCertificate, serverPrivateKey: server.privateKey, random }),
  };
}

function keyPair(seed: Uint8Array, name: string) {
  const info = `Cloister sealed sender ${name} v1`;
  return generateKeyPair((lengthBytes) =>
    hkdfSha256({ ikm: seed, salt: new Uint8Array(0), info, lengthBytes }),
  );
}
