/** @file What the training loop asks of an optimizer. Each has a file of its own. */
import type { WritableTensor } from "../safetensors/write-safetensors";

/** Part of an optimizer's state: F32 values, or U8 codes of quantised ones. */
export type StateTensor = WritableTensor;

/** Made for a fixed list of parameters, whose `data` it changes in place. */
export interface Optimizer {
  /** Updates done. Whoever restores `state` sets it too: corrections of running means go by it. */
  step: number;
  /**
   * With `step`, everything that the next update depends on beside the parameters. The arrays are the optimizer's own:
   * a checkpoint writes them, and restoring means writing into them.
   */
  readonly state: readonly StateTensor[];
  /**
   * One update of every parameter's `data` from its `gradient`; `step` moves on.
   * @param learningRate of this step, before each parameter's own scale
   */
  update(learningRate: number): Promise<void>;
  dispose(): Promise<void>;
}
