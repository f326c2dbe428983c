import { expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import type { Parameter, Place } from "../types";
import { openOptimizer } from "./open-optimizer";

const parameter = (name: string, place: Place, learningRateScale?: number): Parameter => ({
  name,
  shape: [1],
  data: Float32Array.of(0),
  gradient: Float32Array.of(1),
  place,
  ...(learningRateScale !== undefined && { learningRateScale }),
});

test("layer-wise rates fall from the head to the embedding, beside a parameter's own scale", async () => {
  const parameters = [
    parameter("embed_tokens", "embedding"),
    parameter("layers.0", 0),
    parameter("layers.1", 1),
    parameter("layers.1.lora_B", 1, 16),
    parameter("norm", "head"),
  ];
  const config = RunConfig.parse({
    model_type: "m",
    dataset_name: "d",
    optimizer: "lion",
    layerwise_lr_decay: 0.5,
  });
  const optimizer = await openOptimizer(parameters, config);
  // Lion moves every value by exactly its rate.
  await optimizer.update(0.01);
  const rates = parameters.map(({ data }) => -(data[0] as number) / 0.01);
  for (const [i, expected] of [0.5 ** 3, 0.5 ** 2, 0.5, 8, 1].entries()) expect(rates[i]).toBeCloseTo(expected, 6);
});
