import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The program that runs inside, by path: no app imports an app. */
const entry = "apps/agent/src/enclave-main.ts";
const repository = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The agent as one file that imports nothing but Node: the same bytes from the same sources, wherever they lie.
 * @param root the checkout to build from; this one where it is left out
 */
export async function bundleAgent(root: string = repository): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: "error",
    mode: "production",
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: entry,
      write: false,
      minify: false,
      target: "node24",
      rolldownOptions: {
        // Paths in comments would be those of the folder that it is built in.
        experimental: { attachDebugInfo: "none" },
        output: { codeSplitting: false, entryFileNames: "agent.mjs", comments: false },
      },
    },
  });
  const [output] = [result].flat();
  const [chunk, ...others] = output && "output" in output ? output.output : [];
  if (chunk?.type !== "chunk" || others.length > 0) throw new Error("the bundle is not one file");
  return chunk.code;
}
