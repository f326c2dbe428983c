import { Command } from "commander";
import { version } from "@/lib/config/version";
import { addDatasetCommands } from "./commands/dataset/add-dataset-commands";
import { addDatabaseCommands } from "./commands/db";
import { addDoctorCommand } from "./commands/doctor";
import { addGenerateCommand } from "./commands/generate";
import { addModelCommands } from "./commands/model/add-model-commands";
import { addResumeCommand } from "./commands/resume";
import { addServeCommand } from "./commands/serve";
import { addTokenizerCommands } from "./commands/tokenizer/add-tokenizer-commands";
import { addTrainCommand } from "./commands/train";
import { addWorkerCommand } from "./commands/worker";

const EXIT_CODES = `
Exit codes: 0 done · 1 a fault of the program · 2 command line, configuration or environment to be changed
            3 the run failed · 4 the run was stopped or interrupted · 5 something needed is not available`;

/** Parsing errors and the end of --help and --version are thrown as CommanderError. */
export function createProgram(): Command {
  const program = new Command("codetune-studio")
    .description("Fine-tune code language models on your own machine.")
    .version(version, "-V, --version")
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  addServeCommand(program);
  addWorkerCommand(program);
  addTrainCommand(program);
  addResumeCommand(program);
  addModelCommands(program);
  addGenerateCommand(program);
  addDatasetCommands(program);
  addTokenizerCommands(program);
  addDoctorCommand(program);
  addDatabaseCommands(program);
  refuseUnknownCommands(program);
  return program;
}

/** Without this, the default command would take a mistyped one as an argument of its own. */
function refuseUnknownCommands(program: Command): void {
  const known = program.commands.map((command) => command.name());
  program.hook("preSubcommand", (_, subcommand) => {
    const word = subcommand.name() === "serve" ? program.args[0] : undefined;
    if (word === undefined || word.startsWith("-") || word === "serve") return;
    program.error(`error: there is no command "${word}"; there are ${known.join(", ")}`, { exitCode: 2 });
  });
}
