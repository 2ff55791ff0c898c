export {
  type EnvelopedPlain,
  openEnvelopedData,
  type RecipientKey,
  readEnvelopedData,
  sealEnvelopedData,
  type UnverifiedEnvelopedData,
} from "./enveloped-data.ts";
