import { describe, expect, it } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { checkValues, type FormValues, inputOf, startValues, stepLogarithmically, valuesOf } from "./form-values";
import { textOf } from "./setting-text";

const start = startValues("codetune/tiny-code", "this-repository");
const check = (change: Partial<FormValues>) => checkValues({ ...start, ...change });

describe("form values", () => {
  it("start as a configuration that may be sent", () => {
    expect(checkValues(start).errors).toEqual({});
  });

  it("carry a configuration there and back without losing a digit", () => {
    for (const learning_rate of [2.5e-5, 1e-6, 0.01, 0.000123456789012345, 3.333333333333333e-4]) {
      const config = RunConfig.parse({
        model_type: "m",
        dataset_name: "d",
        learning_rate,
        adam_epsilon: 1e-8,
        weight_decay: 0.1,
      });
      expect(checkValues(valuesOf(config)).config).toEqual(config);
    }
  });

  it("carry lists, tables, switches and patterns there and back", () => {
    const adapter = {
      use_rslora: true,
      exclude_modules: ".*\\.(q|k){1,2}_proj",
      layers_to_transform: [0, 3],
      rank_pattern: { q_proj: 4, "(?=x)k{1,2}_proj": 2 },
      alpha_pattern: { "0.mlp.up_proj": 0.5 },
      modules_to_save: ["lm_head", "norm"],
      init_adapter: "/some/folder, with a comma",
    };
    const base = { model_type: "m", dataset_name: "d" };
    for (const change of [adapter, { target_modules: ".*_proj", exclude_modules: ["up_proj"] }, {}]) {
      const config = RunConfig.parse({ ...base, ...change });
      expect(checkValues(valuesOf(config)).config).toEqual(config);
    }
  });

  it("refuse a list, table or pattern that is none", () => {
    const { errors } = check({
      layers_to_transform: "1, two",
      rank_pattern: "q_proj",
      alpha_pattern: "q_proj=high",
      exclude_modules: "/(/",
      target_modules: [],
    });
    expect(errors).toEqual({
      layers_to_transform: [expect.any(String)],
      rank_pattern: ["must be like q_proj=32, up_proj=4"],
      alpha_pattern: [expect.any(String)],
      exclude_modules: ['"(" is not a regular expression'],
      target_modules: ["choose at least one module"],
    });
  });

  it("show every error at once, each under its field", () => {
    const { errors, config } = check({
      batch_size: "0",
      learning_rate: "abc",
      epochs: "",
      rank: "1.5",
      model_type: "",
      eval_split: "0.9",
      name: "x".repeat(201),
    });
    expect(config).toBeNull();
    expect(Object.keys(errors).sort()).toEqual([
      "batch_size",
      "epochs",
      "eval_split",
      "learning_rate",
      "model_type",
      "name",
      "rank",
    ]);
    for (const messages of Object.values(errors)) expect(messages).toHaveLength(1);
    // A name is no setting: what the run would do is known all the same.
    expect(check({ name: "a\0b" })).toMatchObject({
      config: { batch_size: 16 },
      errors: { name: [expect.any(String)] },
    });
    expect(check({ name: "  " }).errors).toEqual({});
  });

  it("refuse to go by held-out losses that are never measured, beside whatever else is wrong", () => {
    const change = { early_stopping_patience: "3", load_best_model_at_end: "true", eval_interval: "0" };
    const needs = ["needs evaluations on the way: set eval_split and eval_interval above 0"];
    const expected = { early_stopping_patience: needs, load_best_model_at_end: needs };
    expect(check(change).errors).toEqual(expected);
    expect(check({ ...change, rank: "0" }).errors).toEqual({ ...expected, rank: [expect.any(String)] });
    expect(check({ ...change, eval_interval: "10", eval_split: "0" }).errors).toEqual(expected);
    expect(check({ ...change, eval_interval: "10" }).errors).toEqual({});
  });

  it.each(["NaN", "Infinity", "0x10", "1e", "1,5", "true", "1 2", "--1", "١"])("refuse “%s” as a number", (text) => {
    expect(check({ learning_rate: text }).errors.learning_rate).toBeDefined();
  });

  it.each(["2e-4", " 0.0002 ", "2E-4", ".0002", "+2e-4"])("read “%s” as 0.0002", (learning_rate) => {
    expect(inputOf({ ...start, learning_rate }).learning_rate).toBe(0.0002);
  });
});

describe("stepLogarithmically", () => {
  it("climbs 1, 2, 5, 10 … and comes back the same way", () => {
    const up = [1e-5];
    for (let i = 0; i < 9; i++) up.push(stepLogarithmically(up.at(-1) ?? 0, 1));
    expect(up.map(textOf)).toEqual(["1e-5", "2e-5", "5e-5", "1e-4", "2e-4", "5e-4", "0.001", "0.002", "0.005", "0.01"]);
    const down = [1e-2];
    for (let i = 0; i < 9; i++) down.push(stepLogarithmically(down.at(-1) ?? 0, -1));
    expect(down.reverse()).toEqual(up);
  });

  it("goes from a value in between to the next rung", () => {
    expect(stepLogarithmically(3e-4, 1)).toBe(5e-4);
    expect(stepLogarithmically(3e-4, -1)).toBe(2e-4);
    expect(stepLogarithmically(0, 1)).toBe(1e-6);
  });
});
