/** @file Reverse-mode differentiation of a graph into the same graph, along the paths that reach the targets only. */
import type { GradientSurroundings, GraphBuilder } from "../graph/graph-builder";
import type { GraphNode, Value } from "../graph/ops";
import { sameShape } from "../graph/ops";
import { accumulate } from "./accumulate";
import { type VjpRule, vjpRules } from "./vjp-rules";

/** What a value is differentiated by: the inputs of its own rule where it has one, else of its operator. */
const inputsOf = (b: GraphBuilder, value: Value): readonly Value[] =>
  b.gradientRule(value)?.inputs ?? (value.source.kind === "node" ? value.source.node.inputs : []);

/** Values from which one of `targets` is reachable, targets included. */
function dependents(b: GraphBuilder, output: Value, targets: ReadonlySet<Value>): Set<Value> {
  const verdict = new Map<Value, boolean>();
  const visit = (value: Value): boolean => {
    const known = verdict.get(value);
    if (known !== undefined) return known;
    let found = targets.has(value);
    for (const input of inputsOf(b, value)) found = visit(input) || found;
    verdict.set(value, found);
    return found;
  };
  visit(output);
  return new Set([...verdict].filter(([, found]) => found).map(([value]) => value));
}

interface InputGradients {
  name: string;
  inputs: readonly Value[];
  results: readonly (Value | null)[];
}

/** By the value's own rule where it has one, else by its operator's. */
function inputGradients(
  b: GraphBuilder,
  value: Value,
  g: Value,
  { wanted, surroundings }: { wanted: ReadonlySet<Value>; surroundings: () => GradientSurroundings },
): InputGradients {
  const own = b.gradientRule(value);
  if (own) return { name: value.name, inputs: own.inputs, results: own.vjp(g, surroundings()) };
  const { op, inputs, attributes } = (value.source as { node: GraphNode }).node;
  const needs = inputs.map((input) => wanted.has(input));
  if (!needs.includes(true)) return { name: op, inputs: [], results: [] };
  // The table is total; TypeScript cannot see that rule and node carry the same operator.
  const rule = vjpRules[op] as VjpRule<typeof op>;
  return { name: op, inputs, results: rule({ b, inputs, attributes, output: value, g, needs }) };
}

/**
 * Appends the backward pass of `output` to the graph.
 * @param outputGradient dL/d(output), of output's shape.
 * @param isSaved whether a value will be there without being computed again
 * @returns dL/d(target) for each target, in order.
 * @throws when a target does not influence the output: a parameter that never learns is a mistake, not a zero.
 */
export function backward(
  b: GraphBuilder,
  output: Value,
  outputGradient: Value,
  targets: readonly Value[],
  isSaved: (value: Value) => boolean = () => false,
): Value[] {
  const wanted = dependents(b, output, new Set(targets));
  const gradients = new Map<Value, Value>([[output, outputGradient]]);
  const surroundings = () => ({ isSaved, known: targets.flatMap((target) => gradients.get(target) ?? []) });
  // Ids rise with creation, so descending ids visit every use of a value before the value itself.
  for (const value of [...wanted].sort((x, y) => y.id - x.id)) {
    const g = gradients.get(value);
    if (!g || value.source.kind !== "node") continue;
    const { inputs, results, name } = inputGradients(b, value, g, { wanted, surroundings });
    if (results.length !== inputs.length)
      throw new Error(`internal: ${name} returned ${results.length} gradients for ${inputs.length} inputs`);
    results.forEach((gradient, i) => {
      const input = inputs[i] as Value;
      if (!wanted.has(input) || !gradient) return;
      if (!sameShape(gradient.shape, input.shape)) {
        throw new Error(
          `internal: gradient of ${name} is [${gradient.shape.join(",")}], its input [${input.shape.join(",")}]`,
        );
      }
      gradients.set(input, accumulate(b, gradients.get(input), gradient));
    });
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (!gradient) throw new Error(`internal: ${target.name} does not influence ${output.name}`);
    return gradient;
  });
}
