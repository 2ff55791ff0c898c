export { NitroCli, type NitroProgram } from "./nitro-cli.ts";
export type { DescribedEnclave, NitroRunRequest, StartedEnclave } from "./shapes.ts";
