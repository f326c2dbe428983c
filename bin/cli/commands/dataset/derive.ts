import { type Command, Option } from "commander";
import type { DeriveOperation } from "@/lib/contracts/derive-operation";
import { AppError } from "@/lib/errors";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { pullRepo } from "../../hub-output/pull-repo";
import { withContext } from "../../with-context";

interface DeriveOptions extends EnvironmentOptions {
  name?: string;
  json?: boolean;
  seed?: string;
  language?: string[];
  license?: string[];
  include?: string[];
  exclude?: string[];
  containing?: string;
  notContaining?: string;
  documents?: string;
  threshold?: string;
  by?: "file" | "repository" | "time";
  heldOut?: string;
}

/** `dataset mix|filter|sample|deduplicate|split`: a new version out of datasets that are there. */
export function addDatasetDerive(dataset: Command): void {
  const command = (usage: string, about: string) =>
    dataset
      .command(usage)
      .description(about)
      .option("--name <name>", "of the result (default: the dataset's: its next version)")
      .option("--json", "print one JSON object a line")
      .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)");
  const seed = ["--seed <number>", "for what is drawn (default: 42)"] as const;

  command(
    "mix <parts...>",
    "datasets with weights, like a=0.7 b=0.3: as much as these allow without repeating anything",
  )
    .option(...seed)
    .action((parts: string[], options: DeriveOptions) =>
      derive(
        { kind: "mix", parts: parts.map(partOf), ...seedOf(options) },
        parts.map((part) => partOf(part).dataset).join(" + "),
        options,
      ),
    );
  command("filter <dataset>", "what has the given language, licence, name and words")
    .option("--language <names...>", "only these languages")
    .option("--license <ids...>", "only under one of these licences (SPDX)")
    .option("--include <globs...>", "only these names, in the notation of .gitignore")
    .option("--exclude <globs...>", "not these names")
    .option("--containing <words>", "only texts with these words")
    .option("--not-containing <words>", "only texts without these words")
    .action(
      (of: string, { language, license, include, exclude, containing, notContaining, ...options }: DeriveOptions) =>
        derive(
          {
            kind: "filter",
            dataset: of,
            languages: language,
            licenses: license,
            include,
            exclude,
            containing,
            not_containing: notContaining,
          },
          of,
          options,
        ),
    );
  command("sample <dataset>", "some of its documents, drawn by their names")
    .requiredOption("--documents <count>", "how many")
    .option(...seed)
    .action((of: string, options: DeriveOptions) =>
      derive({ kind: "sample", dataset: of, documents: Number(options.documents), ...seedOf(options) }, of, options),
    );
  command("deduplicate <dataset>", "without equal and almost equal texts")
    .option(
      "--threshold <share>",
      "similarity from which on texts count as equal; 1: only the same text (default: 0.85)",
    )
    .action((of: string, options: DeriveOptions) =>
      derive(
        {
          kind: "deduplicate",
          dataset: of,
          threshold: options.threshold === undefined ? undefined : Number(options.threshold),
        },
        of,
        options,
      ),
    );
  command("split <dataset>", "with other documents held out")
    .addOption(new Option("--by <what>", "what is held out as a whole").choices(["file", "repository", "time"]))
    .option("--held-out <share>", "above 0, at most 0.5 (default: 0.1)")
    .option(...seed)
    .action((of: string, options: DeriveOptions) =>
      derive(
        {
          kind: "split",
          dataset: of,
          by: options.by,
          held_out: options.heldOut === undefined ? undefined : Number(options.heldOut),
          ...seedOf(options),
        },
        of,
        options,
      ),
    );
}

const seedOf = ({ seed }: DeriveOptions) => (seed === undefined ? {} : { seed: Number(seed) });

function partOf(text: string): { dataset: string; weight: number } {
  const at = text.lastIndexOf("=");
  const weight = Number(text.slice(at + 1));
  if (at <= 0 || !Number.isFinite(weight))
    throw new AppError("invalid_input", `Write each dataset with its weight, like ${text.slice(0, 100)}=1.`);
  return { dataset: text.slice(0, at), weight };
}

async function derive(
  operation: { kind: DeriveOperation["kind"] } & Record<string, unknown>,
  of: string,
  options: DeriveOptions,
): Promise<void> {
  const name = (options.name ?? of).replace(/@\d+(?= |$)/g, "").slice(0, 200);
  const given = Object.fromEntries(Object.entries(operation).filter(([, value]) => value !== undefined));
  process.exitCode = await withContext(applyOptions(options), (ctx) =>
    pullRepo(ctx, { kind: "dataset-derive", name, operation: given }, options.json === true),
  );
}
