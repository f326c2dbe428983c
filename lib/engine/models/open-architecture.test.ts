import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectedWeights } from "./architecture";
import { readArchitecture } from "./open-architecture";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/architectures");

/** All that a configuration decides and data can show. */
function describeModel(fixture: string, file: string) {
  const config = JSON.parse(readFileSync(join(FIXTURES, fixture, file), "utf8"));
  const architecture = readArchitecture(config, file);
  const { shape, linears, embedding } = architecture;
  const layers = Array.from({ length: shape.layers }, (_, layer) => ({
    kind: architecture.kindOf(layer),
    scalars: architecture.layerScalars?.(layer),
  }));
  return { shape, linears, embedding, layers, weights: [...expectedWeights(architecture)] };
}

test.each(readdirSync(FIXTURES))(
  "%s is the same model whether older or newer versions wrote its config.json",
  (name) => {
    expect(describeModel(name, "saved_config.json")).toEqual(describeModel(name, "config.json"));
  },
);
