import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { Command, CommanderError } from "commander";
import { addAuditCommand } from "./commands/audit.ts";
import { addBackupCommands } from "./commands/backup.ts";
import { addBreachCommand } from "./commands/breach.ts";
import { addCanaryCommand } from "./commands/canary.ts";
import { addComplyCommand } from "./commands/comply.ts";
import { addConformCommand } from "./commands/conform.ts";
import { addDeidCommand } from "./commands/deid.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEnclaveCommand } from "./commands/enclave.ts";
import { addInviteCommand } from "./commands/invite.ts";
import { addKbCommand } from "./commands/kb.ts";
import { addKeysCommand } from "./commands/keys.ts";
import { addModelCommand } from "./commands/model.ts";
import { addProgramCommands } from "./commands/programs.ts";
import { addRouteCommand } from "./commands/route.ts";
import { addTrainCommand } from "./commands/train.ts";
import { addUpCommand } from "./commands/up.ts";
import { exitCode } from "./output.ts";

const program = new Command("cloister")
  .description("Private care chat with AI inside the walls.")
  .version("0.1.0")
  .showHelpAfterError()
  .exitOverride();

addUpCommand(program);
addDemoCommand(program);
addInviteCommand(program);
addAuditCommand(program);
addBackupCommands(program);
addComplyCommand(program);
addBreachCommand(program);
addKbCommand(program);
addKeysCommand(program);
addModelCommand(program);
addEnclaveCommand(program);
addProgramCommands(program);
addCanaryCommand(program);
addDeidCommand(program);
addRouteCommand(program);
addTrainCommand(program);
addConformCommand(program);
addDoctorCommand(program);

// A reader that went away, such as `head`, is no reason to break off what is under way.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCode.usage;
  } else if (error instanceof BaseError) {
    process.stderr.write(`cloister: ${error.message} (${error.code})\n`);
    process.exitCode = exitCode.ofFamily[error.family];
  } else {
    throw error;
  }
}
