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
>;

/** One learning rate serves all parts: Muon's updates are made as large as AdamW's usually are. */
export async function openOptimizer(
  parameters: readonly Parameter[],
  config: OptimizerSettings,
  threads = availableParallelism(),
): Promise<Optimizer> {
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
