/**
 * @file Opens every execution provider for real, one after the other, and says on standard output what came of it: one
 * JSON object a line. A process of its own, since a broken driver can take the process with it. `--only <device>` tries
 * one.
 */
import { availableParallelism } from "node:os";
import { GraphBuilder } from "@/lib/engine/graph/graph-builder";
import { encodeModel } from "@/lib/engine/onnx/encode-model";
import type { Device } from "@/lib/engine/runtime/device";
import { GraphSession, runtimeVersion } from "@/lib/engine/runtime/session";

const DEVICES: readonly Device[] = ["cpu", "webgpu", "cuda"];
/** Large enough to reach the machine's rate, small enough to be over at once. */
const SIZE = 1024;
const REPEATS = 8;

/** Multiplies two matrices of known values; throws when the device cannot be opened or computes something else. */
async function measure(device: Device): Promise<{ gflops: number }> {
  const graph = new GraphBuilder();
  const product = graph.matMul(graph.input("a", [SIZE, SIZE]), graph.input("b", [SIZE, SIZE]));
  const session = await GraphSession.create(encodeModel({ outputs: { product } }), { device });
  try {
    const feeds = { a: new Float32Array(SIZE * SIZE).fill(0.5), b: new Float32Array(SIZE * SIZE).fill(0.25) };
    const expected = SIZE * 0.125;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      const result = (await session.run(feeds))["product"];
      best = Math.min(best, performance.now() - started);
      if (result === undefined || Math.abs((result[SIZE + 1] ?? 0) - expected) > 1e-3 * expected) {
        throw new Error("it opens, but computes wrong numbers");
      }
    }
    return { gflops: (2 * SIZE ** 3) / best / 1e6 };
  } finally {
    await session.dispose();
  }
}

/** The runtime puts its own source line in front of what happened. */
function reasonOf(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  return line.replace(/^\/onnxruntime_src.* was false\. /, "").slice(0, 200);
}

const only = process.argv[2] === "--only" ? process.argv[3] : undefined;
for (const device of DEVICES.filter((name) => only === undefined || name === only)) {
  const result = await measure(device).then(
    ({ gflops }) => ({ isOpen: true, gflops, reason: null }),
    (error: unknown) => ({ isOpen: false, gflops: null, reason: reasonOf(error) }),
  );
  const report = { device, runtimeVersion, threads: availableParallelism(), ...result };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
process.exit(0);
