/** How much a request says about somebody, from little to much. */
export const sensitivities = ["public", "contextual", "sensitive"] as const;

/**
 * `public`: a general question, nobody's case. `contextual`: somebody's case without an identifier.
 * `sensitive`: an identifier, or somebody's case in a protected topic.
 */
export type Sensitivity = (typeof sensitivities)[number];

/** Where a request may be answered, from the fewest who see it to the most. */
export const processors = ["client", "enclave", "on-premise", "cloud"] as const;

/** `client`: the person's device. `enclave`: attested hardware. `on-premise`: the organisation's own machine. */
export type Processor = (typeof processors)[number];

/** The higher of two. */
export function higherOf(a: Sensitivity, b: Sensitivity): Sensitivity {
  return sensitivities.indexOf(a) >= sensitivities.indexOf(b) ? a : b;
}

/** Whether a processor shows a request to no more than another does. */
export function isAsStrictAs(processor: Processor, limit: Processor): boolean {
  return processors.indexOf(processor) <= processors.indexOf(limit);
}
