/** @file The optimizer that a run's settings ask for. */
import { availableParallelism } from "node:os";
import type { RunConfig } from "@/lib/contracts/run-config";
import type { Parameter } from "../types";
import { Adafactor } from "./adafactor";
import { AdamW } from "./adamw";
import { openAdamW8bit } from "./adamw-8bit";
import { CombinedOptimizer } from "./combined-optimizer";
import { Lion } from "./lion";
import { adamwScale, isForMuon, Muon } from "./muon";
import type { Optimizer } from "./optimizer";

type OptimizerSettings = Pick<
  RunConfig,
  | "optimizer"
  | "adam_beta1"
  | "adam_beta2"
  | "adam_epsilon"
  | "lion_beta1"
  | "lion_beta2"
  | "muon_momentum"
  | "weight_decay"
  | "layerwise_lr_decay"
>;

/**
 * Layer-wise learning rates (Howard and Ruder 2018, https://arxiv.org/abs/1801.06146): the head keeps the schedule's rate,
 * layer l of N gets decay^(N − l) of it, the embedding (with it a head that is tied to it) decay^(N + 1). Multiplied with
 * each parameter's own scale.
 */
export function scaleByLayer(parameters: readonly Parameter[], decay: number): readonly Parameter[] {
  if (decay === 1) return parameters;
  const layers = 1 + Math.max(-1, ...parameters.flatMap(({ place }) => (typeof place === "number" ? [place] : [])));
  const distanceOf = ({ place = "head" }: Parameter): number =>
    place === "head" ? 0 : place === "embedding" ? layers + 1 : layers - place;
  return parameters.map((parameter) => ({
    ...parameter,
    learningRateScale: (parameter.learningRateScale ?? 1) * decay ** distanceOf(parameter),
  }));
}

/** One learning rate serves all parts: Muon's updates are made as large as AdamW's usually are. */
export async function openOptimizer(
  allParameters: readonly Parameter[],
  config: OptimizerSettings,
  threads = availableParallelism(),
): Promise<Optimizer> {
  const parameters = scaleByLayer(allParameters, config.layerwise_lr_decay);
  const weightDecay = config.weight_decay;
  const adamw = {
    beta1: config.adam_beta1,
    beta2: config.adam_beta2,
    epsilon: config.adam_epsilon,
    weightDecay,
  };
  switch (config.optimizer) {
    case "adamw":
      return new AdamW(parameters, adamw);
    case "adamw_8bit":
      return openAdamW8bit(parameters, adamw);
    case "adafactor":
      return new Adafactor(parameters, { weightDecay });
    case "lion":
      return new Lion(parameters, { beta1: config.lion_beta1, beta2: config.lion_beta2, weightDecay });
    case "muon": {
      const muon = { momentum: config.muon_momentum, weightDecay, scaleOf: adamwScale, threads };
      const others = parameters.filter((parameter) => !isForMuon(parameter));
      return new CombinedOptimizer([await Muon.create(parameters.filter(isForMuon), muon), new AdamW(others, adamw)]);
    }
    default:
      return config.optimizer satisfies never;
  }
}
