/** @file Which linear layers get an adapter, by PEFT's name rules. */
import { ALL_LINEAR } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";

/** PEFT leaves the output head out of "all-linear", tied or not. */
const OUTPUT_HEAD = "lm_head";

const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** A target matches a module by its whole name or by its last parts ("q_proj", "self_attn.q_proj"). */
const matches = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);

/**
 * The modules that `targets` chooses, in the order of `linearModules`.
 * Stricter than PEFT in one way: every target must match something, not only one of them.
 * @param linearModules full names of all linear layers, e.g. "model.layers.0.self_attn.q_proj"
 * @throws AppError invalid_input that lists what exists
 */
export function resolveTargetModules(linearModules: readonly string[], targets: readonly string[]): string[] {
  if (targets.length === 1 && targets[0] === ALL_LINEAR) {
    return linearModules.filter((module) => lastPart(module) !== OUTPUT_HEAD);
  }
  const missing = targets.filter((target) => !linearModules.some((module) => matches(module, target)));
  if (missing.length > 0 || targets.length === 0) {
    const problem = targets.includes(ALL_LINEAR)
      ? `"${ALL_LINEAR}" must stand alone in target_modules`
      : `target_modules ${missing.map((name) => JSON.stringify(name)).join(", ")} match no linear layer of this model`;
    const message = `${problem}; it has ${listModuleNames(linearModules).join(", ")}.`;
    throw new AppError("invalid_input", message, { fieldErrors: { target_modules: [message] } });
  }
  return linearModules.filter((module) => targets.some((target) => matches(module, target)));
}

/** The distinct last name parts of linear layers, in order of appearance. */
export function listModuleNames(linearModules: readonly string[]): string[] {
  return [...new Set(linearModules.map(lastPart))];
}
