import { resolve } from "node:path";
import { BaseError } from "@cloister/bytes";
import { type Role, roles } from "@cloister/contracts/ids";
import { type Command, Option } from "commander";
import { shownName, webAddress, wholeNumber } from "../options.ts";
import { report } from "../output.ts";

interface InviteOptions {
  readonly data: string;
  readonly role: Role;
  readonly name?: string;
  readonly days: number;
  readonly url: string;
  readonly json: boolean;
}

const dayMs = 86_400_000;

export function addInviteCommand(program: Command): void {
  program
    .command("invite")
    .description("sign an invitation that makes one account")
    .addOption(new Option("--role <role>", "what the account will be").choices(roles).makeOptionMandatory())
    .option("--name <text>", "shown to others; required for everyone but patients", shownName)
    .option("--days <number>", "valid for so many days", wholeNumber(1, 365), 7)
    .option("--data <dir>", "where the organisation's key is kept", ".cloister")
    .option("--url <address>", "where people reach the web app", webAddress, "http://localhost:8420")
    .option("--json", "print JSON", false)
    .action(run);
}

async function run(options: InviteOptions): Promise<void> {
  const { role, name = "", days } = options;
  if (role !== "patient" && name === "") {
    throw new BaseError(
      "Usage",
      "NAME_REQUIRED",
      `a ${role} is listed by name: add --name "Dr. Robin Example"`,
    );
  }
  const { invite } = await import("../organisation.ts");
  const code = await invite({
    dataDir: resolve(options.data),
    role,
    name: role === "patient" ? "" : name,
    expiresAtMs: Date.now() + days * dayMs,
  });
  const link = `${options.url}/#invite=${code}`;
  report({
    json: options.json,
    value: { role, code, link, days },
    lines: [
      link,
      "",
      `One account of role ${role}, within ${days} days. Hand it over in person or by a channel you trust.`,
    ],
  });
}
