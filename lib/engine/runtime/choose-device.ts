/** @file From the device that is asked for to the one that a run uses. Only "auto" may end on another than the first. */
import { AppError } from "../../errors";
import type { Device } from "./device";
import { deviceObstacle, deviceRemedy, hasGpu, inWords, type Obstacle } from "./device-obstacle";
import { measureDevice } from "./measure-device";

export interface DeviceChoice {
  device: Device;
  /** What was taken and why nothing else was, for the log; null where the device was named. */
  message: string | null;
}

/** What the choice goes by. */
export interface DeviceSenses {
  obstacle(device: Device): Obstacle | null;
  hasGpu(): boolean;
  /** Throws where the device does not open. */
  measure(device: Device): Promise<{ gflops: number }>;
}

const SENSES: DeviceSenses = { obstacle: deviceObstacle, hasGpu, measure: measureDevice };

/** In the order in which "auto" tries them, before the processor. */
const GPUS = ["cuda", "webgpu"] as const;

/**
 * A GPU has to multiply this much faster than the processor: what is not a product gains less, what goes over costs time,
 * and two starts must not choose differently.
 */
const WORTHWHILE = 2;

/** The runtime puts its own source line in front of what happened. */
export function reasonOf(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  return line.replace(/^\/onnxruntime_src.* was false\. /, "").slice(0, 200);
}

/**
 * A named device is opened and taken, or the reason is thrown. "auto" takes the first of CUDA and WebGPU that opens and
 * multiplies so much faster than the processor that it is worthwhile, which no software device does; else the processor.
 * @throws AppError with one sentence that says what the named device lacks
 */
export async function chooseDevice(wanted: "auto" | Device, senses: DeviceSenses = SENSES): Promise<DeviceChoice> {
  if (wanted !== "auto") {
    const reason = wanted === "cpu" ? null : await whyClosed(wanted, senses);
    if (reason === null) return { device: wanted, message: null };
    const message = `The device "${wanted}" cannot be opened here: ${reason}. Or choose "cpu" or "auto".`;
    throw new AppError("invalid_input", message, { fieldErrors: { device: [message] } });
  }
  const left: string[] = [];
  for (const device of GPUS) {
    const reason = await whyNotTaken(device, senses);
    if (reason === null) return { device, message: describe(device, left) };
    left.push(`${device} (${reason})`);
  }
  return { device: "cpu", message: describe("cpu", left) };
}

const describe = (device: Device, left: readonly string[]) =>
  `Device auto takes ${device}.${left.length > 0 ? ` Not taken: ${left.join("; ")}.` : ""}`;

/** Null where it opens and computes. */
async function whyClosed(device: Device, { obstacle, measure }: DeviceSenses): Promise<string | null> {
  const known = obstacle(device);
  if (known !== null) return inWords(known);
  return await measure(device).then(
    () => null,
    (error: unknown) => inWords({ reason: reasonOf(error), remedy: deviceRemedy(device) }),
  );
}

async function whyNotTaken(device: Device, senses: DeviceSenses): Promise<string | null> {
  const known = senses.obstacle(device);
  if (known !== null) return known.reason;
  if (!senses.hasGpu()) return "this machine shows no GPU";
  try {
    const { gflops } = await senses.measure(device);
    const processor = await senses.measure("cpu");
    if (gflops >= WORTHWHILE * processor.gflops) return null;
    const [own, cpu] = [gflops, processor.gflops].map((rate) => rate.toFixed(rate < 10 ? 1 : 0));
    return `it opens, but multiplies at ${own} GFLOP/s where the processor reaches ${cpu}: a software device, or a slow one`;
  } catch (error) {
    return reasonOf(error);
  }
}
