import type { Command } from "commander";
import { addSearch } from "../../hub-output/add-search";
import { addModelPull } from "./pull";

/** `model …`: one file a command. */
export function addModelCommands(program: Command): void {
  const model = program.command("model").description("find models on the Hugging Face Hub and download them");
  addSearch(model, "model");
  addModelPull(model);
}
