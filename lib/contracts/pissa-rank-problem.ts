import type { RunConfig } from "./run-config";
import { type ModuleSelection, patternValue, selectModules } from "./select-modules";

/** PiSSA takes the adapter from the weight, which must have that rank. */
export function pissaRankProblem(
  linears: readonly { name: string; inputs: number; outputs: number }[],
  config: ModuleSelection & Pick<RunConfig, "init_lora_weights" | "rank" | "rank_pattern">,
): { field: "rank"; message: string } | null {
  if (config.init_lora_weights === "default") return null;
  const names = linears.map(({ name }) => name);
  const chosen = new Set(selectModules(names, config));
  for (const { name, inputs, outputs } of linears) {
    const rank = patternValue(config.rank_pattern, name, config.rank);
    const limit = Math.min(inputs, outputs);
    if (!chosen.has(name) || rank <= limit) continue;
    const message = `is ${rank}, but init_lora_weights pissa takes it from ${name}, which has rank ${limit}; choose at most that`;
    return { field: "rank", message };
  }
  return null;
}
