/** @file Opens a device for real: it multiplies, the numbers are looked at, and the rate is that of the products alone. */
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { type Device, keepsTensors } from "./device";
import { DeviceMemory } from "./device-memory";
import { DeviceTensor, type Feed, GraphSession, type TensorData } from "./session";

const PRODUCTS = 4;
const [SMALLEST, LARGEST] = [256, 2048];
/** Products of the next size are tried while these are over sooner: starting and fetching must not be what is measured. */
const ENOUGH_MS = 20;
const TRIES = 3;
/** What x is filled with. */
const VALUE = 0.5;

/**
 * Billions of float32 operations a second in matrix products whose operands are on the device already.
 * @throws what the runtime says when the device cannot be opened, or that it computes wrong numbers
 */
export async function measureDevice(device: Device): Promise<{ gflops: number }> {
  for (let size = SMALLEST; ; size *= 2) {
    const milliseconds = await timeProducts(device, size);
    if (milliseconds >= ENOUGH_MS || size === LARGEST)
      return { gflops: (PRODUCTS * 2 * size ** 3) / milliseconds / 1e6 };
  }
}

/** x·w·w·w·w with every row of w adding up to 1, so that all of it stays as x was. @returns the fastest of a few, in ms */
async function timeProducts(device: Device, size: number): Promise<number> {
  const b = new GraphBuilder();
  const w = b.input("w", [size, size]);
  let product = b.input("x", [size, size]);
  for (let i = 0; i < PRODUCTS; i++) product = b.matMul(product, w);
  const corner = b.slice(b.slice(product, 0, size - 1, size), 1, size - 1, size);
  const session = await GraphSession.create(encodeModel({ outputs: { corner } }), { device });
  const memory = new DeviceMemory({ device });
  const place = (data: TensorData): Feed | Promise<Feed> => (keepsTensors(device) ? memory.put(data) : data);
  const feeds = {
    x: await place(new Float32Array(size * size).fill(VALUE)),
    w: await place(new Float32Array(size * size).fill(1 / size)),
  };
  try {
    let best = Number.POSITIVE_INFINITY;
    // The first one compiles.
    for (let i = 0; i <= TRIES; i++) {
      const started = performance.now();
      const value = (await session.run(feeds))["corner"]?.[0];
      if (i > 0) best = Math.min(best, performance.now() - started);
      if (value === undefined || Math.abs(value - VALUE) > 1e-3)
        throw new Error("it opens, but computes wrong numbers");
    }
    return best;
  } finally {
    for (const feed of Object.values(feeds)) if (feed instanceof DeviceTensor) feed.dispose();
    await memory.dispose();
    await session.dispose();
  }
}
