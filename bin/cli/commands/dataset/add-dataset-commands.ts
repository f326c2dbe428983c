import type { Command } from "commander";
import { addSearch } from "../../hub-output/add-search";
import { addDatasetBuild } from "./build";
import { addDatasetDerive } from "./derive";
import { addDatasetImport } from "./import";
import { addDatasetInspect } from "./inspect";
import { addDatasetList } from "./list";
import { addDatasetPull } from "./pull";

/** `dataset …`: one file a command. */
export function addDatasetCommands(program: Command): void {
  const dataset = program.command("dataset").description("make datasets and look at them");
  addDatasetBuild(dataset);
  addDatasetImport(dataset);
  addDatasetDerive(dataset);
  addDatasetList(dataset);
  addDatasetInspect(dataset);
  addSearch(dataset, "dataset");
  addDatasetPull(dataset);
}
