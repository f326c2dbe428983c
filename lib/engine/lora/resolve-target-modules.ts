/** @file Which linear layers get an adapter, or the sentence that says why none would. */
import { type ModuleSelection, selectionProblem, selectModules } from "@/lib/contracts/select-modules";
import { AppError } from "@/lib/errors";

/**
 * The modules that a selection chooses, in the order of `linearModules`.
 * @param linearModules full names of all linear layers, e.g. "model.layers.0.self_attn.q_proj"
 * @throws AppError invalid_input that lists what exists
 */
export function resolveTargetModules(linearModules: readonly string[], selection: ModuleSelection): string[] {
  const problem = selectionProblem(linearModules, selection);
  if (problem) {
    const message = `${problem.field} ${problem.message}.`;
    throw new AppError("invalid_input", message, { fieldErrors: { [problem.field]: [problem.message] } });
  }
  return selectModules(linearModules, selection);
}
