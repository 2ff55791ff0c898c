export {
  concatBytes,
  copyBytes,
  equalBytes,
  readUint32,
  readUint64,
  uint16,
  uint32,
  uint64,
  zeroise,
} from "./bytes.ts";
export {
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  toUtf8,
} from "./encodings.ts";
export { BaseError, type ErrorFamily, isBaseError, unreachable } from "./errors.ts";
