import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";

const run = promisify(execFile);
const source = fileURLToPath(new URL("../init/init.c", import.meta.url));
export const LIBRARIES = "usr/lib/x86_64-linux-gnu";

/**
 * The init, compiled by the compiler among the packages on the C library among them: the machine's own take
 * no part, so its bytes are the same everywhere. @throws BaseError `ENCLAVE_INIT`
 */
export async function compileInit(root: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-init-"));
  const output = join(folder, "init");
  const libraries = join(root, LIBRARIES);
  const compiler = [
    join(root, "usr/lib64/ld-linux-x86-64.so.2"),
    "--library-path",
    libraries,
    join(root, "usr/bin/tcc"),
  ] as const;
  const [loader, ...loaderArgs] = compiler;
  const strict = ["-nostdlib", "-nostdinc", "-static", "-Wall", "-Werror"];
  try {
    await run(loader, [...loaderArgs, `-B${join(libraries, "tcc")}`, ...strict, "-o", output, source]);
    return await readFile(output);
  } catch (cause) {
    throw new BaseError("Internal", "ENCLAVE_INIT", "the init does not compile; see the cause", { cause });
  } finally {
    await rm(folder, { recursive: true });
  }
}
