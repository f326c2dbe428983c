/** @file Going on from an adapter, ours or PEFT's: what it was trained with holds, and its tensors are the start. */
import { withAdapterSettings } from "@/lib/contracts/adapter-config";
import { adapterStartProblem } from "@/lib/contracts/adapter-start-problem";
import type { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import type { Parameter } from "../types";
import { type Adapter, readAdapter } from "./adapter-format";

const problem = (field: keyof RunConfig, message: string) =>
  new AppError("invalid_input", `${field} ${message}.`, { fieldErrors: { [field]: [message] } });

/**
 * The run's settings with those of the adapter in the place of its own; dropout and all that is not the adapter's stay.
 * @throws AppError when the folder holds no adapter that can be applied, or the settings contradict it
 */
export async function withInitAdapter(config: RunConfig): Promise<{ config: RunConfig; start: Adapter | null }> {
  if (config.init_adapter === "") return { config, start: null };
  const contradiction = adapterStartProblem(config);
  if (contradiction) throw problem(contradiction.field, contradiction.message);
  const start = await readAdapter(config.init_adapter);
  return { config: withAdapterSettings(config, start.settings), start };
}

/** @throws AppError naming the first tensor that the model does not have, or that the adapter lacks */
export function startFrom({ tensors }: Adapter, parameters: readonly Parameter[]): void {
  const known = new Set(parameters.map(({ name }) => name));
  const stranger = [...tensors.keys()].find((name) => !known.has(name));
  if (stranger) throw problem("init_adapter", `has a tensor ${stranger} that does not fit this model`);
  for (const { name, shape, data } of parameters) {
    const tensor = tensors.get(name);
    if (!tensor) throw problem("init_adapter", `has no tensor ${name}, which its configuration calls for`);
    if (tensor.shape.join() !== shape.join()) {
      const message = `has ${name} of shape [${tensor.shape.join(", ")}], this model calls for [${shape.join(", ")}]`;
      throw problem("init_adapter", message);
    }
    data.set(tensor.data);
  }
}
