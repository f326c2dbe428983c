/** @file The machine's own matrix rate: float32 products by ONNX Runtime, the yardstick for everything else. */
import { GraphBuilder } from "@/lib/engine/graph/graph-builder";
import { encodeModel } from "@/lib/engine/onnx/encode-model";
import { GraphSession } from "@/lib/engine/runtime/session";

const SHAPES = [
  [1024, 1024, 1024],
  [1024, 576, 1536],
  [1024, 1536, 576],
] as const;
const REPEATS = 9;

/** Opens the products once; each call of the result measures and gives FLOP/s: the best shape's median, the strictest yardstick. */
export async function openSgemm(): Promise<() => Promise<number>> {
  const cells = await Promise.all(
    SHAPES.map(async ([m, k, n]) => {
      const b = new GraphBuilder();
      const y = b.gemm(b.input("a", [m, k]), b.input("w", [n, k]), { transB: true });
      const session = await GraphSession.create(encodeModel({ outputs: { y } }), { device: "cpu" });
      const feeds = { a: new Float32Array(m * k).fill(0.5), w: new Float32Array(n * k).fill(0.5) };
      return { session, feeds, into: { y: new Float32Array(m * n) }, operations: 2 * m * k * n };
    }),
  );
  return async () => {
    let best = 0;
    for (const { session, feeds, into, operations } of cells) {
      const seconds: number[] = [];
      for (let i = 0; i < REPEATS; i++) {
        const start = performance.now();
        await session.run(feeds, into);
        seconds.push((performance.now() - start) / 1000);
      }
      seconds.sort((a, b) => a - b);
      best = Math.max(best, operations / (seconds[REPEATS >> 1] as number));
    }
    return best;
  };
}
