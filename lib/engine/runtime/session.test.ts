import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { deviceFailure } from "./session";

test("what a device says becomes one sentence; on the CPU, and where memory ran out, it stays what it is", () => {
  const lost = new Error("WebGPU device lost (2): hung\nat some place");
  expect(deviceFailure("webgpu", lost)).toBeInstanceOf(AppError);
  expect(deviceFailure("webgpu", lost)).toMatchObject({
    code: "unavailable",
    message: 'The device "webgpu" failed: WebGPU device lost (2): hung. Resume the run, or choose "cpu".',
  });
  expect(deviceFailure("cpu", lost)).toBe(lost);
  const full = new Error("BFC Arena ran out of memory trying to allocate 10 bytes");
  expect(deviceFailure("cuda", full)).toBe(full);
});
