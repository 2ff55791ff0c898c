export { openIndexedDbStore } from "./store.ts";
