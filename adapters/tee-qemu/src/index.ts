export { type QemuMachine, type QemuPlan, qemuArguments } from "./arguments.ts";
export { type QemuEnclave, type QemuRequest, startQemu } from "./start.ts";
export { findQemu, type QemuTools } from "./tools.ts";
