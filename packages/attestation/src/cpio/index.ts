export { type CpioCode, type CpioEntry, cpioRules, encodeCpio } from "./cpio.ts";
