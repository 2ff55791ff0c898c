export {
  type CertificateRequest,
  type DocumentRequest,
  type Issuer,
  issueCertificate,
  issueDocument,
  signDocument,
} from "./issuer.ts";
