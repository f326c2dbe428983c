import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { GenerationPrompt } from "@/lib/contracts/generate-protocol";
import { GenerationSettings } from "@/lib/contracts/generation";
import { BASE_PRECISIONS, DEVICES, type RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { FINISH_WORDS, GeneratorProcess } from "@/lib/services/generation/generator-process";
import { type GeneratorChoice, resolveGenerator } from "@/lib/services/generation/resolve-generator";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { EXIT } from "../exit-codes";
import { say } from "../say";
import { withContext } from "../with-context";

interface GenerateOptions extends EnvironmentOptions {
  model?: string;
  adapter?: string;
  run?: string;
  prompt?: string;
  prefix?: string;
  suffix?: string;
  fimOrder: "psm" | "spm";
  temperature?: number;
  topK?: number;
  topP?: number;
  repetitionPenalty?: number;
  maxTokens?: number;
  seed?: number;
  stop?: string[];
  device: RunConfig["device"];
  precision: RunConfig["base_precision"];
  json?: boolean;
}

function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed)) throw new InvalidArgumentError("It must be a number.");
  return parsed;
}

export function addGenerateCommand(program: Command): void {
  program
    .command("generate")
    .description(
      "continue a prompt, or fill in between a prefix and a suffix, with a model, an adapter or a run's result",
    )
    .option("--model <id or folder>", "base model")
    .option("--adapter <folder>", "LoRA adapter for the model, ours or PEFT's")
    .option("--run <id>", "what this run has made, instead of model and adapter")
    .option("--prompt <text>", "text to go on after (default: standard input)")
    .option("--prefix <text>", "fill in after this text …")
    .option("--suffix <text>", "… and before this one")
    .addOption(new Option("--fim-order <order>", "prefix first or suffix first").choices(["psm", "spm"]).default("psm"))
    .option("--temperature <number>", "0 takes the likeliest token (default)", number)
    .option("--top-k <number>", "draw from the likeliest so many tokens only", number)
    .option("--top-p <number>", "draw from the likeliest tokens of this probability only", number)
    .option("--repetition-penalty <number>", "make what was there before less likely (1: not)", number)
    .option("--max-tokens <number>", "write at most so many tokens", number)
    .option("--seed <number>", "the same seed draws the same text", number)
    .option("--stop <text...>", "end before any of these comes up")
    .addOption(new Option("--device <device>").choices(DEVICES).default("auto"))
    .addOption(new Option("--precision <precision>", "of the weights").choices(BASE_PRECISIONS).default("fp32"))
    .option("--json", "print one JSON object a line; the last one is the result")
    .option("--debug", "log everything")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(generate);
}

async function generate(options: GenerateOptions): Promise<void> {
  const choice = choiceOf(options);
  const settings = settingsOf(options);
  const prompt = await promptOf(options);
  const env = applyOptions(options);
  const folders = await withContext(env, (ctx) => resolveGenerator(ctx, choice));

  const generator = new GeneratorProcess((log) => process.stderr.write(log));
  const abort = new AbortController();
  // A second Ctrl-C does not wait for the model.
  const onSignal = () => (abort.signal.aborted ? generator.close() : abort.abort());
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  try {
    const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
    const { id: _, ...opened } = await generator.open({
      ...folders,
      device: options.device,
      precision: options.precision,
    });
    if (options.json) print(opened);
    let whole = "";
    const { id: __, ...done } = await generator.generate({
      prompt,
      settings,
      signal: abort.signal,
      onText: (piece) => {
        whole += piece;
        if (options.json) print({ kind: "text", text: piece });
        else process.stdout.write(piece);
      },
    });
    if (options.json) print({ ...done, text: whole });
    else {
      if (!whole.endsWith("\n")) process.stdout.write("\n");
      const rate = done.tokensPerSecond === null ? "" : `, ${done.tokensPerSecond.toFixed(1)} tokens/s`;
      const first =
        done.secondsToFirstToken === null ? "" : `, the first after ${done.secondsToFirstToken.toFixed(2)} s`;
      say(`${done.promptTokens} tokens read, ${done.newTokens} written${first}${rate}; ${FINISH_WORDS[done.reason]}.`);
    }
    if (done.reason === "cancelled") process.exitCode = EXIT.runStopped;
  } finally {
    generator.close();
  }
}

const wrong = (message: string) => new AppError("invalid_input", message);

function choiceOf({ model, adapter, run }: GenerateOptions): GeneratorChoice {
  if (run !== undefined) {
    if (model !== undefined || adapter !== undefined)
      throw wrong("--run already says which model and adapter; leave --model and --adapter out.");
    return { runId: run };
  }
  if (model === undefined) throw wrong("Say what to generate with: --model <id or folder>, or --run <id>.");
  // An id may look like a path: a folder with a model counts first.
  const modelId = existsSync(join(model, "config.json")) ? resolve(model) : model;
  return { modelId, adapterPath: adapter === undefined ? null : resolve(adapter) };
}

/** The words of the options rather than the schema's. */
const OPTION_NAMES: Record<string, string> = { max_new_tokens: "max-tokens" };

function settingsOf(options: GenerateOptions): GenerationSettings {
  const parsed = GenerationSettings.safeParse({
    temperature: options.temperature,
    top_k: options.topK,
    top_p: options.topP,
    repetition_penalty: options.repetitionPenalty,
    max_new_tokens: options.maxTokens,
    seed: options.seed,
    stop: options.stop,
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? "");
  throw wrong(`--${OPTION_NAMES[field] ?? field.replaceAll("_", "-")}: ${issue?.message}.`);
}

async function promptOf({ prompt, prefix, suffix, fimOrder }: GenerateOptions): Promise<GenerationPrompt> {
  if (prefix !== undefined || suffix !== undefined) {
    if (prompt !== undefined) throw wrong("--prompt goes on after a text, --prefix and --suffix fill in: choose one.");
    return { kind: "fim", prefix: prefix ?? "", suffix: suffix ?? "", order: fimOrder };
  }
  if (prompt !== undefined) return { kind: "text", text: prompt };
  if (process.stdin.isTTY) throw wrong("Give a prompt: --prompt <text>, or a text on standard input.");
  return { kind: "text", text: await text(process.stdin) };
}
