import { GraphBuilder } from "@/lib/engine/graph/graph-builder";
import { encodeModel } from "@/lib/engine/onnx/encode-model";
import { GraphSession } from "@/lib/engine/runtime/session";

/** Null where a WebGPU session opens and computes; else the reason, said in one line: its tests are skipped then. */
export async function whyWebgpuIsClosed(): Promise<string | null> {
  const b = new GraphBuilder();
  const x = b.input("x", [1]);
  try {
    const session = await GraphSession.create(encodeModel({ outputs: { y: b.add(x, x) } }), { device: "webgpu" });
    const { y } = await session.run({ x: Float32Array.of(3) });
    await session.dispose();
    if (y?.[0] !== 6) throw new Error(`it says that 3 + 3 is ${y?.[0]}`);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    console.log(`No WebGPU device can be had here, so its tests are skipped: ${reason}`);
    return reason ?? "";
  }
}
