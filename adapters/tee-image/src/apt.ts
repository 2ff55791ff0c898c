import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BaseError } from "@cloister/bytes";

const run = promisify(execFile);
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where packages come from: which release, and which mirror if not the one that this machine uses. */
export interface AptSource {
  readonly suites: readonly string[];
  readonly mirrorUrl?: string | undefined;
}

/** An apt of its own: it reads other lists than the machine's and installs nothing there. */
export class Apt {
  readonly #configFile: string;

  private constructor(configFile: string) {
    this.#configFile = configFile;
  }

  /** Fetches the lists of packages, signed by Debian. @throws BaseError `ENCLAVE_APT_MISSING`, `ENCLAVE_APT` */
  static async open(folder: string, { suites, mirrorUrl }: AptSource): Promise<Apt> {
    const mirror = mirrorUrl ?? (await machineMirror());
    await mkdir(join(folder, "lists", "partial"), { recursive: true });
    await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
    const configFile = join(folder, "apt.conf");
    const sources = [
      "Types: deb",
      `URIs: ${mirror}`,
      `Suites: ${suites.join(" ")}`,
      "Components: main",
      `Signed-By: ${KEYRING}`,
    ];
    await writeFile(join(folder, "enclave.sources"), `${sources.join("\n")}\n`);
    await writeFile(configFile, aptConfig(folder, suites));
    const apt = new Apt(configFile);
    await apt.run("apt-get", ["update"], folder);
    return apt;
  }

  /** Standard output of one of apt's commands. @throws BaseError `ENCLAVE_APT_MISSING`, `ENCLAVE_APT` */
  async run(command: "apt-get" | "apt-cache", args: readonly string[], folder: string): Promise<string> {
    return runApt(command, args, { cwd: folder, configFile: this.#configFile });
  }
}

/** The mirror that this machine has for Debian itself. */
async function machineMirror(): Promise<string> {
  const format = "$(ORIGIN) $(COMPONENT) $(CREATED_BY) $(REPO_URI)";
  const targets = await runApt("apt-get", ["indextargets", "--format", format], { cwd: "/" });
  const uri = /^Debian main Packages (\S+)$/m.exec(targets)?.[1];
  if (uri !== undefined) return uri;
  throw new BaseError("Usage", "ENCLAVE_MIRROR", "apt knows no Debian mirror here; name one with --mirror");
}

async function runApt(
  command: string,
  args: readonly string[],
  { cwd, configFile }: { readonly cwd: string; readonly configFile?: string },
): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", ...(configFile !== undefined && { APT_CONFIG: configFile }) };
  try {
    const { stdout } = await run(command, args, {
      cwd,
      env,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (cause) {
    throw isMissing(cause)
      ? new BaseError(
          "Usage",
          "ENCLAVE_APT_MISSING",
          "apt is not here; build images on Debian or in its container",
        )
      : new BaseError("Unavailable", "ENCLAVE_APT", "apt did not deliver; see the cause and try again", {
          cause,
        });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function aptConfig(folder: string, [suite = ""]: readonly string[]): string {
  return [
    `Dir::Etc::sourcelist "${join(folder, "enclave.sources")}";`,
    'Dir::Etc::sourceparts "-";',
    `Dir::State::lists "${join(folder, "lists")}";`,
    `Dir::Cache "${join(folder, "cache")}";`,
    `APT::Default-Release "${suite}";`,
    'APT::Architecture "amd64";',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    "",
  ].join("\n");
}
