import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  decodeNsmAnswer,
  encodeAttestationRequest,
  encodeDescribePcrRequest,
  type NsmAttestationRequest,
} from "@cloister/attestation/nsm";
import { BaseError, concatBytes, readUint32, uint32 } from "@cloister/bytes";

type Bytes = Uint8Array<ArrayBuffer>;

/** As large as the kernel's driver gives. */
const MAX_ANSWER_BYTES = 0x3000;
const TIMEOUT_MS = 10_000;

/**
 * The security module, from inside an enclave. Node opens no devices; the init listens on a Unix socket and
 * carries each request (length in 4 bytes, CBOR) to /dev/nsm.
 */
export class NitroSecurityModule {
  readonly #path: string;

  /** `path` is what the init names in CLOISTER_NSM. */
  constructor(path: string) {
    this.#path = path;
  }

  /** An attestation document: COSE_Sign1. @throws BaseError `NSM_REQUEST`, `NSM_ANSWER`, `NSM_REFUSED` */
  async attest(request: NsmAttestationRequest): Promise<Bytes> {
    const answer = decodeNsmAnswer(await this.#ask(encodeAttestationRequest(request)));
    if (answer.kind === "document") return answer.document;
    throw unexpected();
  }

  /** One register, 48 bytes. @throws BaseError `NSM_REQUEST`, `NSM_ANSWER`, `NSM_REFUSED` */
  async pcr(index: number): Promise<Bytes> {
    const answer = decodeNsmAnswer(await this.#ask(encodeDescribePcrRequest(index)));
    if (answer.kind === "pcr") return answer.value;
    throw unexpected();
  }

  async #ask(request: Uint8Array): Promise<Bytes> {
    const socket = connect(this.#path);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    try {
      await once(socket, "connect");
      socket.write(concatBytes(uint32(request.length), request));
      return await readAnswer(socket);
    } catch (cause) {
      const message = "the security module does not answer; restart the enclave";
      throw new BaseError("Unavailable", "NSM_UNREACHABLE", message, { cause });
    } finally {
      socket.destroy();
    }
  }
}

async function readAnswer(socket: Socket): Promise<Bytes> {
  let have: Bytes = new Uint8Array();
  for await (const chunk of socket) {
    if (!(chunk instanceof Uint8Array)) break;
    have = concatBytes(have, chunk);
    if (have.length < 4) continue;
    const length = readUint32(have, 0);
    if (length > MAX_ANSWER_BYTES) break;
    if (have.length >= 4 + length) return have.slice(4, 4 + length);
  }
  throw unexpected();
}

function unexpected(): BaseError {
  return new BaseError(
    "Decode",
    "NSM_ANSWER",
    "the security module answered something else than it was asked",
  );
}
