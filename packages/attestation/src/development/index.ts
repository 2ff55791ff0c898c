export {
  type CertificateRequest,
  type Issuer,
  issueCertificate,
  issueDocument,
  signDocument,
} from "./issuer.ts";
export type { DocumentRequest } from "./payload.ts";
