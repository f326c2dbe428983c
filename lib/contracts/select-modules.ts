/**
 * @file Which linear layers get an adapter, and which weights are trained whole, by PEFT's name rules. Used by the form's
 * counts, the checks before a run and the trainer, so that all three agree. Names are full: "model.layers.0.mlp.up_proj".
 */
import { matchesEnd, matchesWhole } from "./name-pattern";
import { ALL_LINEAR, type RunConfig } from "./run-config";

export type ModuleSelection = Pick<
  RunConfig,
  "target_modules" | "exclude_modules" | "layers_to_transform" | "layers_pattern" | "modules_to_save"
>;

/** PEFT leaves the output head out of "all-linear", tied or not. */
const OUTPUT_HEAD = "lm_head";

/** The last part of a name: "up_proj". */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

export const isAllLinear = (targets: RunConfig["target_modules"]): boolean =>
  targets === ALL_LINEAR || (Array.isArray(targets) && targets.length === 1 && targets[0] === ALL_LINEAR);

/** A name chooses the module that is called so, and those whose names end with a dot and it. */
export const isNamed = (module: string, name: string): boolean => module === name || module.endsWith(`.${name}`);

const isChosen = (module: string, choice: string | readonly string[]): boolean =>
  typeof choice === "string" ? matchesWhole(choice, module) : choice.some((name) => isNamed(module, name));

/** The number of the layer that a module is in; null outside of layers. */
function layerOf(module: string, layersPattern: readonly string[]): number | null {
  const patterns =
    layersPattern.length > 0 ? layersPattern.map((pattern) => `(?:^|.*?\\.)(?:${pattern})`) : [".*?\\.[^.]*"];
  for (const pattern of patterns) {
    const found = new RegExp(`^${pattern}\\.(?<index>\\d+)\\.`).exec(module)?.groups?.["index"];
    if (found !== undefined) return Number(found);
  }
  return null;
}

function isTarget(module: string, selection: ModuleSelection): boolean {
  const { target_modules: targets, layers_to_transform: layers } = selection;
  if (isAllLinear(targets)) {
    if (lastPart(module) === OUTPUT_HEAD) return false;
  } else if (!isChosen(module, targets)) return false;
  // A module that is named in full is meant whatever its layer.
  if (layers.length === 0 || typeof targets === "string" || targets.includes(module)) return true;
  const layer = layerOf(module, selection.layers_pattern);
  return layer !== null && layers.includes(layer);
}

/** The modules that get an adapter, in the order given. */
export function selectModules(modules: readonly string[], selection: ModuleSelection): string[] {
  const { exclude_modules: excluded, modules_to_save: saved } = selection;
  const isSaved = (module: string) => saved.some((name) => `.${module}.`.includes(`.${name}.`));
  return modules.filter((module) => isTarget(module, selection) && !isChosen(module, excluded) && !isSaved(module));
}

/**
 * The weights ("model.norm.weight") that modules_to_save trains whole: those of modules whose names end so, and of
 * everything inside such a module. PEFT asks for no dot before the ending, so "norm" chooses "input_layernorm" too.
 */
export function selectSavedWeights(weights: readonly string[], modulesToSave: readonly string[]): string[] {
  const ancestors = (weight: string) => [...weight.matchAll(/\./g)].map(({ index }) => weight.slice(0, index));
  return weights.filter((weight) =>
    ancestors(weight).some((module) => modulesToSave.some((name) => module.endsWith(name))),
  );
}

/** Why modules_to_save cannot be trained whole, to be read after the field's name, or null. */
export function savedModulesProblem(weights: readonly string[], modulesToSave: readonly string[]): string | null {
  const missing = modulesToSave.filter((name) => selectSavedWeights(weights, [name]).length === 0);
  if (missing.length === 0) return null;
  const modules = listModuleNames(weights.map((weight) => weight.slice(0, weight.lastIndexOf("."))));
  return `${quoted(missing)} match no module of this model; it has ${modules.join(", ")}`;
}

/** What a pattern table has for a module: that of the first pattern that fits, else the default. */
export function patternValue(table: Readonly<Record<string, number>>, module: string, fallback: number): number {
  const key = Object.keys(table).find((pattern) => matchesEnd(pattern, module));
  return key === undefined ? fallback : (table[key] as number);
}

const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ");

/** The distinct last name parts of modules, in order of appearance. */
export const listModuleNames = (modules: readonly string[]): string[] => [...new Set(modules.map(lastPart))];

/**
 * Why a selection chooses nothing, to be read after the field's name, or null.
 * Stricter than PEFT in one way: every name must match something, not only one of them.
 */
export function selectionProblem(
  modules: readonly string[],
  selection: ModuleSelection,
): { field: keyof ModuleSelection; message: string } | null {
  const { target_modules: targets, layers_to_transform: layers, layers_pattern: before } = selection;
  const isPattern = typeof targets === "string" && !isAllLinear(targets);
  if (isPattern && layers.length > 0)
    return { field: "layers_to_transform", message: "needs target modules by name; put the layers into the pattern" };
  if (before.length > 0 && layers.length === 0)
    return { field: "layers_pattern", message: "means nothing without layers_to_transform" };
  const names = isAllLinear(targets) ? [] : [targets].flat();
  if (!isPattern && names.includes(ALL_LINEAR))
    return { field: "target_modules", message: `has "${ALL_LINEAR}", which must stand alone` };
  const anywhere = { ...selection, layers_to_transform: [], exclude_modules: [], modules_to_save: [] };
  const missing = names.filter((name) => {
    const one = { ...anywhere, target_modules: isPattern ? name : [name] };
    return selectModules(modules, one).length === 0;
  });
  if (missing.length > 0) {
    const message = `${quoted(missing)} match no linear layer of this model; it has ${listModuleNames(modules).join(", ")}`;
    return { field: "target_modules", message };
  }
  if (selectModules(modules, { ...anywhere, layers_to_transform: layers }).length === 0)
    return { field: "layers_to_transform", message: `${layers.join(", ")} have no target module in this model` };
  if (selectModules(modules, selection).length === 0)
    return { field: "exclude_modules", message: "and modules_to_save leave no target module of this model" };
  return null;
}
