/** @file What a run will be, from counted blocks and the model's real layer shapes. The form computes it while people type. */
import { countSteps } from "./count-steps";
import { ALL_LINEAR, type RunConfig } from "./run-config";

export interface LinearShape {
  /** Last name part, e.g. "q_proj". */
  name: string;
  inputs: number;
  outputs: number;
  /** How many layers have this name and shape. */
  count: number;
}

/** Known without the numbers of the form; see services/runs/get-plan-facts.ts. */
export interface PlanFacts {
  trainBlocks: number;
  evalBlocks: number;
  linearShapes: LinearShape[];
  totalParameters: number;
}

export interface RunPlan {
  stepsPerEpoch: number;
  totalSteps: number;
  /** At most: the last step of an epoch may have fewer. */
  tokensPerStep: number;
  trainableParameters: number;
}

type PlanSettings = Pick<
  RunConfig,
  | "batch_size"
  | "gradient_accumulation_steps"
  | "epochs"
  | "max_steps"
  | "max_seq_length"
  | "method"
  | "rank"
  | "target_modules"
>;

export function planRun(facts: PlanFacts, settings: PlanSettings): RunPlan {
  const { stepsPerEpoch, totalSteps } = countSteps(facts.trainBlocks, settings);
  const sequencesPerStep = Math.min(facts.trainBlocks, settings.batch_size * settings.gradient_accumulation_steps);
  return {
    stepsPerEpoch,
    totalSteps,
    tokensPerStep: sequencesPerStep * settings.max_seq_length,
    trainableParameters:
      settings.method === "full" ? facts.totalParameters : adapterParameters(facts.linearShapes, settings),
  };
}

/** A is rank × inputs, B is outputs × rank. */
function adapterParameters(shapes: LinearShape[], { rank, target_modules }: PlanSettings): number {
  const isTarget = ({ name }: LinearShape) => target_modules.includes(ALL_LINEAR) || target_modules.includes(name);
  return shapes
    .filter(isTarget)
    .reduce((sum, { inputs, outputs, count }) => sum + count * rank * (inputs + outputs), 0);
}
