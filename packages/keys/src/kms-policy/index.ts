export { generateKmsPolicy, type KmsPolicy, type KmsPolicyInput, type KmsStatement } from "./generate.ts";
export { type KmsPolicyCode, type KmsPolicyFault, kmsPolicyRules, lintKmsPolicy } from "./lint.ts";
