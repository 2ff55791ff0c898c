/**
 * Published vectors from `../shared` beside the repository, in Node and in the browser alike. A checkout
 * without that folder skips the tests over them.
 */
declare global {
  interface ImportMeta {
    /** Vite's: the matching files by path, here as a function that loads one. */
    glob<Module>(
      pattern: string,
      options: { readonly import: "default" },
    ): Record<string, () => Promise<Module>>;
  }
}

const files = import.meta.glob<unknown>("../../../../../shared/vectors/protocol/*.json", {
  import: "default",
});

/** Whether the vectors are there. */
export const vectorsPresent = Object.keys(files).length > 0;

/** The content of one file, by its name without `.json`; nothing is read where the folder is missing. */
export async function loadVectors<Content>(name: string): Promise<Content> {
  const load = files[`../../../../../shared/vectors/protocol/${name}.json`];
  return (load ? await load() : {}) as Content;
}
