import { once } from "node:events";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { country, port, shownName, webAddress } from "../options.ts";
import { progress, report, say } from "../output.ts";
import type { Stack, StackOptions } from "../up/stack.ts";

interface UpOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly logPort: number;
  readonly name?: string;
  readonly region?: string;
  readonly signUp?: "open" | "invitation";
  readonly url?: string;
  readonly logUrl?: string;
  readonly model?: string;
  readonly modelName?: string;
  readonly modelContext?: string;
  readonly modelDigest?: string;
  readonly modelKey?: string;
  readonly modelCa?: string;
  readonly web: boolean;
  readonly enclave: "dev" | "none";
  readonly image?: string;
  readonly qemu: string;
  readonly invitation: boolean;
  readonly trustedProxy: boolean;
  readonly restored: boolean;
  readonly json: boolean;
}

const weekMs = 7 * 86_400_000;
const defaultData = ".cloister";
const exampleName = "Dr. Robin Example";

export function addUpCommand(program: Command): void {
  program
    .command("up")
    .description("start relay, transparency log, assistant and web app on this machine")
    .option("--data <dir>", "where everything is kept", defaultData)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port of web app and relay; 0 takes any", port, 8420)
    .option("--log-port <number>", "port of the transparency log; 0 takes any", port, 8421)
    .option("--name <text>", 'name of the organisation, remembered; "Cloister Clinic" at first', shownName)
    .option("--region <code>", "country for emergency numbers, two letters, remembered; US at first", country)
    .addOption(
      new Option("--sign-up <who>", "who may sign up as a patient, remembered; open at first").choices([
        "open",
        "invitation",
      ]),
    )
    .option(
      "--url <address>",
      "where people reach web app and relay, when that is another address",
      webAddress,
    )
    .option("--log-url <address>", "where people reach the log, when that is another address", webAddress)
    .option("--trusted-proxy", "limits go by what the reverse proxy says in X-Forwarded-For", false)
    .addOption(
      new Option(
        "--enclave <kind>",
        "where the assistant runs: apart, with evidence for development; or none",
      )
        .choices(["dev", "none"])
        .default("dev"),
    )
    .option(
      "--image <file>",
      "boots this image of `cloister enclave build` in QEMU, and runs the assistant there",
    )
    .option("--qemu <dir>", "where QEMU for that was installed", ".cloister/enclave/qemu")
    .option(
      "--model <name or address>",
      "words the assistant's answers: weights of `cloister model pull`, or a server's OpenAI-compatible API",
    )
    .option("--model-name <name>", "what that server calls the model")
    .option("--model-context <tokens>", "what input and output may have together on that server; 8192")
    .option("--model-digest <hex>", "SHA-256 of that server's weights, where you vouch for it; for receipts")
    .option("--model-key <file>", "that server's API key")
    .option("--model-ca <file>", "certificates to trust for that server")
    .option("--no-web", "leave the web app out, for those who bring their own clients")
    .option("--no-invitation", "print no invitation for a clinician; for services, whose output is kept")
    .option("--restored", "say it once, at the first start after the data came back from a backup", false)
    .option("--json", "print one JSON line when ready", false)
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const [{ startStack }, { interruption }] = await Promise.all([
    import("../up/stack.ts"),
    import("../interruption.ts"),
  ]);
  const ended = interruption();
  const stack = await startStack({
    dataDir: resolve(options.data),
    host: options.host,
    port: options.port,
    logPort: options.logPort,
    organisation: { name: options.name, region: options.region, signUp: options.signUp },
    ...modelOptions(options),
    web: options.web,
    enclave: options.enclave,
    ...(options.image !== undefined && {
      image: { file: resolve(options.image), qemu: resolve(options.qemu) },
    }),
    trustedProxy: options.trustedProxy,
    restored: options.restored,
    ...(options.url === undefined ? {} : { publicUrl: options.url }),
    ...(options.logUrl === undefined ? {} : { publicLogUrl: options.logUrl }),
    progress: (step) => {
      ended.throwIfAborted();
      progress(`  starting ${step} …`);
    },
  });
  await announce(options, stack);
  if (!ended.aborted) await once(ended, "abort");
  if (!options.json) say("  stopping …");
  await stack.stop();
}

/** The flags of the agent, which checks them. A model runs in no enclave: the agent is a process like the others. */
function modelOptions(options: UpOptions): Pick<StackOptions, "model"> {
  const { model, modelName, modelContext, modelDigest, modelKey, modelCa } = options;
  if (model === undefined) return {};
  const given = {
    model,
    ...(!/^https?:/.test(model) && { "model-data": resolve(options.data) }),
    "model-name": modelName,
    "model-context": modelContext,
    "model-digest": modelDigest,
    "model-key": modelKey && resolve(modelKey),
    "model-ca": modelCa && resolve(modelCa),
  };
  const set = Object.entries(given).flatMap(([flag, value]) => (value ? [[flag, value] as const] : []));
  return { model: Object.fromEntries(set) };
}

async function announce(options: UpOptions, { relayUrl, logUrl }: Stack): Promise<void> {
  const { invite } = await import("../organisation.ts");
  const dataDir = resolve(options.data);
  const url = options.url ?? relayUrl;
  const expiresAtMs = Date.now() + weekMs;
  const link = options.invitation
    ? `${url}/#invite=${await invite({ dataDir, role: "clinician", name: exampleName, expiresAtMs })}`
    : undefined;
  const data = options.data === defaultData ? "" : ` --data ${options.data}`;
  report({
    json: options.json,
    value: {
      relayUrl,
      logUrl,
      data: dataDir,
      ...(link === undefined ? {} : { clinicianInvitation: link }),
      ready: true,
    },
    lines: [
      "",
      "  Cloister is open.",
      "",
      `  Patient    ${url}/`,
      "             sign up in one browser",
      ...(link === undefined
        ? []
        : [
            `  Clinician  ${link}`,
            "             open this once in another browser or a private window; it makes one account",
          ]),
      "",
      `  Invite     npx cloister invite --role clinician --name "Dr. …" --url ${url}${data}`,
      `  Verify     npx cloister audit verify${data}`,
      `  Data       ${dataDir}`,
      "",
      "  Ctrl-C stops everything; nothing is lost.",
    ],
  });
}
