import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { checkRoom } from "./check-room";

const modelDir = resolve(import.meta.dirname, "../../tests/fixtures/architectures/llama");
const config = RunConfig.parse({ model_type: "test/llama", dataset_name: "test", max_seq_length: 64 });
const options = { modelDir, runDir: tmpdir(), config };

test("a run that fits is told what it needs", async () => {
  const { estimate } = await checkRoom(options);
  expect(estimate.totalBytes).toBeGreaterThan(1e6);
  const memoryBytes = 2 * estimate.totalBytes;
  await expect(checkRoom({ ...options, memoryBytes })).resolves.toMatchObject({ estimate });
});

test("a run that surely does not fit is refused before anything is loaded, with the numbers", async () => {
  await expect(checkRoom({ ...options, memoryBytes: 2 ** 20 })).rejects.toMatchObject({
    code: "invalid_input",
    message: expect.stringMatching(/^The run needs about 0\.1 GB of memory, but the machine has 0\.0 GB; lower/),
  });
  await expect(checkRoom({ ...options, diskBytes: 100 })).rejects.toThrow("free; make room");
  const onGpu = RunConfig.parse({ ...config, device: "webgpu" });
  await expect(checkRoom({ ...options, config: onGpu, memoryBytes: 2 ** 20 })).resolves.toBeDefined();
});
