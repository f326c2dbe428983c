import type { Command } from "commander";
import { addTokenizerCompare } from "./compare";
import { addTokenizerList } from "./list";
import { addTokenizerTrain } from "./train";

/** `tokenizer …`: one file a command. */
export function addTokenizerCommands(program: Command): void {
  const tokenizer = program.command("tokenizer").description("train tokenizers and compare them on your code");
  addTokenizerTrain(tokenizer);
  addTokenizerCompare(tokenizer);
  addTokenizerList(tokenizer);
}
