export {
  decodeNsmAnswer,
  encodeAttestationRequest,
  encodeDescribePcrRequest,
  type NsmAnswer,
  type NsmAttestationRequest,
  nsmRules,
} from "./nsm.ts";
