/**
 * For fields that take what a person says: some browsers send a field's text to a service of their maker to
 * check its spelling or to suggest how to go on.
 */
export const keptOnDevice = { spellCheck: false, writingsuggestions: "false" } as const;
