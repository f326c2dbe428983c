import type { Command } from "commander";
import { addDatasetInspect } from "./inspect";
import { addDatasetList } from "./list";

/** `dataset …`: one file a command. */
export function addDatasetCommands(program: Command): void {
  const dataset = program.command("dataset").description("make datasets and look at them");
  addDatasetList(dataset);
  addDatasetInspect(dataset);
}
