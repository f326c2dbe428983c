import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { DatasetSource } from "@/lib/contracts/dataset";
import type { BuildSettingsInput } from "@/lib/contracts/jobs/build-settings";
import { repositoryName } from "@/lib/datasets/git/git-address";
import { AppError } from "@/lib/errors";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { createJob } from "@/lib/services/jobs/create-job";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { describeDataset } from "../../dataset-output/describe-dataset";
import { exitCodeOfJob } from "../../exit-codes";
import { followJob } from "../../follow-job";
import { say } from "../../say";
import { withContext } from "../../with-context";

interface BuildOptions extends EnvironmentOptions {
  ref?: string;
  name?: string;
  json?: boolean;
  include?: string[];
  exclude?: string[];
  language?: string[];
  license?: string[];
  unknownLicense?: boolean;
  secrets?: BuildSettingsInput["secrets"];
  personalData?: BuildSettingsInput["personal_data"];
  syntax?: BuildSettingsInput["syntax"];
  nearDuplicates?: boolean;
  nearDuplicateThreshold?: number;
  vendored?: boolean;
  generated?: boolean;
  order?: BuildSettingsInput["order"];
  splitBy?: BuildSettingsInput["split_by"];
  heldOut?: number;
  seed?: number;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
};
const choice = (flags: string, about: string, values: string[]) => new Option(flags, about).choices(values);

export function addDatasetBuild(dataset: Command): void {
  dataset
    .command("build")
    .description("make a clean dataset from folders of code or git repositories, and say what was left out")
    .argument("<sources...>", "a folder, or git addresses (https, ssh, a path); several repositories make one dataset")
    .option("--ref <name>", "branch, tag or commit (default: what the repository calls HEAD)")
    .option("--name <text>", "name of the dataset (default: that of the source)")
    .option("--include <globs...>", "only these paths, in the notation of .gitignore")
    .option("--exclude <globs...>", "not these paths")
    .option("--language <names...>", "only these languages")
    .option("--license <ids...>", "only under one of these licences (SPDX, e.g. MIT Apache-2.0)")
    .option("--no-unknown-license", "with --license: also leave out what states none")
    .addOption(choice("--secrets <mode>", "keys and passwords", ["off", "drop", "redact"]))
    .addOption(
      choice("--personal-data <mode>", "e-mail and IP addresses, telephone numbers", ["off", "drop", "redact"]),
    )
    .addOption(choice("--syntax <mode>", "files that do not parse", ["off", "drop"]))
    .option("--no-near-duplicates", "keep files that are almost equal")
    .option("--near-duplicate-threshold <share>", "from which similarity on (0.5 to 1)", number)
    .option("--no-vendored", "read other people's code too")
    .option("--no-generated", "keep generated and minified files")
    .addOption(choice("--order <how>", "order of the files", ["path", "imports"]))
    .addOption(choice("--split-by <what>", "what is held out as a whole", ["none", "file", "repository", "time"]))
    .option("--held-out <share>", "share that is held out (0 to 0.5)", number)
    .option("--seed <number>", "for what is held out", number)
    .option("--json", "print one JSON object a line; the last one is the report")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(build);
}

async function build(addresses: string[], options: BuildOptions): Promise<void> {
  const source = sourceOf(addresses, options.ref);
  const name = options.name ?? addresses.map(repositoryName).join(" + ").slice(0, 200);
  const spec = { kind: "dataset-build", name, source, settings: settingsOf(options) };
  process.exitCode = await withContext(applyOptions(options), async (ctx) => {
    const isJson = options.json === true;
    const { id } = await createJob(ctx, { spec });
    const { status, result, error } = await followJob(ctx, { jobId: id, isJson });
    if (result === null) {
      if (!isJson) say(error ?? `The build was ${status}.`);
      return exitCodeOfJob(status);
    }
    const [dataset, { report }] = await Promise.all([
      getDataset(ctx, { datasetId: result.id }),
      getDatasetReport(ctx, { datasetId: result.id }),
    ]);
    if (isJson) process.stdout.write(`${JSON.stringify({ kind: "report", dataset, report })}\n`);
    else {
      process.stdout.write(
        `${describeDataset({ dataset, report, versions: [dataset], parents: [], children: [] })}\n\n`,
      );
      process.stdout.write(
        `${result.name} (${result.id}): train on it with "dataset_name": "${result.name}", or look at it with: codetune-studio dataset inspect ${result.name}\n`,
      );
    }
    return exitCodeOfJob(status);
  });
}

/** A folder that is no repository is read as it is; a git work tree is read at the commit, like every repository. */
function sourceOf(addresses: string[], ref: string | undefined): DatasetSource {
  const [only] = addresses;
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
  const isRepository = (path: string) => existsSync(resolve(path, ".git")) || existsSync(resolve(path, "HEAD"));
  if (addresses.length === 1 && only !== undefined && isFolder(only) && ref === undefined && !isRepository(only))
    return { kind: "folder", path: resolve(only) };
  const plain = addresses.find((address) => isFolder(address) && !isRepository(address));
  if (plain !== undefined)
    throw new AppError(
      "invalid_input",
      `${plain} is no git repository: name it alone and without --ref, or make it one.`,
    );
  return {
    kind: "git",
    repositories: addresses.map((address) => ({
      address: isFolder(address) ? resolve(address) : address,
      ...(ref !== undefined && { ref }),
    })),
  };
}

function settingsOf(options: BuildOptions): BuildSettingsInput {
  const settings: { [K in keyof BuildSettingsInput]: BuildSettingsInput[K] | undefined } = {
    include: options.include,
    exclude: options.exclude,
    languages: options.language,
    licenses: options.license,
    unknown_license: options.unknownLicense,
    secrets: options.secrets,
    personal_data: options.personalData,
    syntax: options.syntax,
    near_duplicates: options.nearDuplicates,
    near_duplicate_threshold: options.nearDuplicateThreshold,
    vendored: options.vendored,
    generated: options.generated,
    order: options.order,
    split_by: options.splitBy,
    held_out: options.heldOut,
    seed: options.seed,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
