/**
 * @file Opens every device for real, one after the other, and says on standard output what came of it: one JSON object a
 * line. A process of its own, since a broken driver can take the process with it. `--only <device>` tries one; of "auto" it
 * says what it would take.
 */
import { availableParallelism } from "node:os";
import { chooseDevice, reasonOf } from "@/lib/engine/runtime/choose-device";
import type { Device } from "@/lib/engine/runtime/device";
import { deviceObstacle, deviceRemedy, inWords } from "@/lib/engine/runtime/device-obstacle";
import { measureDevice } from "@/lib/engine/runtime/measure-device";
import { runtimeVersion } from "@/lib/engine/runtime/session";

const DEVICES: readonly ("auto" | Device)[] = ["auto", "cpu", "webgpu", "cuda"];

interface Result {
  isOpen: boolean;
  gflops: number | null;
  reason: string | null;
}

async function probe(device: Device): Promise<Result> {
  const obstacle = deviceObstacle(device);
  if (obstacle !== null) return { isOpen: false, gflops: null, reason: inWords(obstacle) };
  return await measureDevice(device).then(
    ({ gflops }) => ({ isOpen: true, gflops, reason: null }),
    (error: unknown) => {
      const reason = inWords({ reason: reasonOf(error), remedy: deviceRemedy(device) });
      return { isOpen: false, gflops: null, reason };
    },
  );
}

const only = process.argv[2] === "--only" ? process.argv[3] : undefined;
for (const device of DEVICES.filter((name) => only === undefined || name === only)) {
  const result: Result =
    device === "auto"
      ? { isOpen: true, gflops: null, reason: (await chooseDevice("auto")).message }
      : await probe(device);
  const report = { device, runtimeVersion, threads: availableParallelism(), ...result };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
process.exit(0);
