export { failedReading, readText, type TextReading } from "./reading.ts";
