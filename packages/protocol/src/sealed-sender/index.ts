export {
  type CertificatePolicy,
  createSenderCertificate,
  createServerCertificate,
  type VerifiedSender,
  verifySenderCertificate,
} from "./certificates.ts";
export type { SealedContent, SealedMessageType } from "./content.ts";
export { type SenderIssuer, senderIssuer } from "./issuer.ts";
export { type OpenedSealedMessage, openSealedMessage, sealForMany, sealForOne } from "./operations.ts";
export {
  type RecipientDevice,
  type RecipientDevices,
  type SplitSealedMessage,
  splitSealedMessage,
} from "./sent-form.ts";
