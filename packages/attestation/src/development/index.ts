export { developmentAnchors } from "./anchors.ts";
export {
  type CertificateRequest,
  type Issuer,
  issueCertificate,
  issueDocument,
  signDocument,
} from "./issuer.ts";
export type { DocumentRequest } from "./payload.ts";
export { reissueDocument } from "./reissue.ts";
