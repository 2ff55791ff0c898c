export { type Answer, ask, type Column, type Query } from "./query.ts";
