/** @file Whether a checkpoint holds what its architecture calls for, by names and shapes alone. */
import { type Shape, sameShape } from "../graph/ops";
import { type Architecture, expectedWeights } from "./architecture";

export interface CheckpointMatch {
  /** What the checkpoint calls a weight: published ones may leave the beginning of all names out. */
  storedName(name: string): string;
  /** The first missing, misshapen or surplus weight, to be read after the checkpoint's name; null when all is well. */
  problem: string | null;
}

/** Tensors that published checkpoints carry beside their weights: a tied head's copy, and tables we compute. */
function isRedundant(name: string, architecture: Architecture): boolean {
  return (name === "lm_head.weight" && architecture.shape.tieEmbeddings) || !!architecture.redundant?.test(name);
}

/** @param shapes of every tensor of the checkpoint, by name */
export function matchCheckpoint(architecture: Architecture, shapes: ReadonlyMap<string, Shape>): CheckpointMatch {
  const { optionalPrefix, embedding } = architecture;
  const isShort = !shapes.has(embedding.tokens);
  const storedName = (name: string) =>
    isShort && name.startsWith(optionalPrefix) ? name.slice(optionalPrefix.length) : name;
  const expected = expectedWeights(architecture);
  const findProblem = (): string | null => {
    for (const [name, shape] of expected) {
      const stored = shapes.get(storedName(name));
      if (!stored) return `has no weight ${name}, which its config.json calls for`;
      if (!sameShape(stored, shape))
        return `has ${name} of shape [${stored.join(", ")}], its config.json calls for [${shape.join(", ")}]`;
    }
    const known = new Set([...expected.keys()].map(storedName));
    const surplus = [...shapes.keys()].find((name) => !known.has(name) && !isRedundant(name, architecture));
    return surplus === undefined ? null : `has a weight ${surplus} that its config.json knows nothing of`;
  };
  return { storedName, problem: findProblem() };
}
