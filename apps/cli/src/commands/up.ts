import { resolve } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import { country, port, shownName, webAddress } from "../options.ts";
import { progress, report, say } from "../output.ts";

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
  readonly web: boolean;
  readonly restored: boolean;
  readonly json: boolean;
}

const weekMs = 7 * 86_400_000;

export function addUpCommand(program: Command): void {
  program
    .command("up")
    .description("start relay, transparency log, assistant and web app on this machine")
    .option("--data <dir>", "where everything is kept", ".cloister")
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
    .option("--no-web", "leave the web app out, for those who bring their own clients")
    .option("--restored", "say it once, at the first start after the data came back from a backup", false)
    .option("--json", "print one JSON line when ready", false)
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  const [{ startStack }, { invite }] = await Promise.all([
    import("../up/stack.ts"),
    import("../organisation.ts"),
  ]);
  const dataDir = resolve(options.data);
  const stack = await startStack({
    dataDir,
    host: options.host,
    port: options.port,
    logPort: options.logPort,
    organisation: { name: options.name, region: options.region, signUp: options.signUp },
    web: options.web,
    restored: options.restored,
    ...(options.url === undefined ? {} : { publicUrl: options.url }),
    ...(options.logUrl === undefined ? {} : { publicLogUrl: options.logUrl }),
    progress: (step) => progress(`  starting ${step} …`),
  });
  const ended = new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => done());
  });
  const code = await invite({
    dataDir,
    role: "clinician",
    name: "Dr. Robin Example",
    expiresAtMs: Date.now() + weekMs,
  });
  const { relayUrl, logUrl } = stack;
  const url = options.url ?? relayUrl;
  report({
    json: options.json,
    value: {
      relayUrl,
      logUrl,
      data: dataDir,
      clinicianInvitation: `${url}/#invite=${code}`,
      ready: true,
    },
    lines: [
      "",
      "  Cloister is open.",
      "",
      `  Patient    ${url}/`,
      "             sign up in one browser",
      `  Clinician  ${url}/#invite=${code}`,
      "             open this once in another browser or a private window; it makes one account",
      "",
      `  Log        ${logUrl}/v1/checkpoint   (verify it: npx cloister audit verify)`,
      `  More       npx cloister invite --role clinician --name "Dr. …"`,
      `  Data       ${dataDir}`,
      "",
      "  Ctrl-C stops everything; nothing is lost.",
    ],
  });
  await ended;
  if (!options.json) say("  stopping …");
  await stack.stop();
}
