export { type Discretiser, discretiserFor } from "./discrete-table.ts";
export { type Answer, ask, type Column, type Query } from "./query.ts";
export { type DiscreteTable, type Synthesis, synthesise } from "./synthesise.ts";
