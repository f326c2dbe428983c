/** @file What a run will be, from counted blocks and the model's real layer shapes. The form computes it while people type. */
import { type AdapterSettings, withAdapterSettings } from "./adapter-config";
import { countSteps } from "./count-steps";
import type { ObjectiveCounts } from "./prepared-blocks";
import type { RunConfig } from "./run-config";
import { type ModuleSelection, patternValue, selectModules, selectSavedWeights } from "./select-modules";

export interface LinearModule {
  /** Full name, e.g. "model.layers.0.self_attn.q_proj". */
  name: string;
  inputs: number;
  outputs: number;
}

/** Known without the numbers of the form; see services/runs/get-plan-facts.ts. */
export interface PlanFacts {
  trainBlocks: number;
  evalBlocks: number;
  /** Of the training tokens, those that get loss. */
  trainableShare: number;
  /** What the objective made of the documents. */
  counts: ObjectiveCounts;
  /** The linear layers that can get an adapter. */
  linears: LinearModule[];
  /** Every weight by full name with its number of elements; a tied output head is listed as such. */
  weights: [string, number][];
  totalParameters: number;
  /** What the adapter to go on from was trained with: that holds, not the form's. */
  adapter: AdapterSettings | null;
}

export interface RunPlan {
  stepsPerEpoch: number;
  totalSteps: number;
  /** At most: the last step of an epoch may have fewer. */
  tokensPerStep: number;
  trainableParameters: number;
}

type PlanSettings = ModuleSelection &
  Pick<
    RunConfig,
    | "batch_size"
    | "gradient_accumulation_steps"
    | "epochs"
    | "max_steps"
    | "max_seq_length"
    | "method"
    | "rank"
    | "rank_pattern"
  >;

export function planRun(facts: PlanFacts, settings: PlanSettings): RunPlan {
  const { stepsPerEpoch, totalSteps } = countSteps(facts.trainBlocks, settings);
  const sequencesPerStep = Math.min(facts.trainBlocks, settings.batch_size * settings.gradient_accumulation_steps);
  return {
    stepsPerEpoch,
    totalSteps,
    tokensPerStep: sequencesPerStep * settings.max_seq_length,
    trainableParameters:
      settings.method === "full"
        ? facts.totalParameters
        : adapterParameters(facts, facts.adapter ? withAdapterSettings(settings, facts.adapter) : settings),
  };
}

/** A is rank × inputs, B is outputs × rank, and DoRA has a length for each output; beside them what is trained whole. */
function adapterParameters({ linears, weights }: PlanFacts, settings: PlanSettings): number {
  const chosen = new Set(
    selectModules(
      linears.map(({ name }) => name),
      settings,
    ),
  );
  const saved = new Set(
    selectSavedWeights(
      weights.map(([name]) => name),
      settings.modules_to_save,
    ),
  );
  const adapters = linears
    .filter(({ name }) => chosen.has(name))
    .reduce((sum, { name, inputs, outputs }) => {
      const rank = patternValue(settings.rank_pattern, name, settings.rank);
      return sum + rank * (inputs + outputs) + (settings.method === "dora" ? outputs : 0);
    }, 0);
  return adapters + weights.reduce((sum, [name, elements]) => sum + (saved.has(name) ? elements : 0), 0);
}
