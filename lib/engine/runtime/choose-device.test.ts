import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { chooseDevice, type DeviceSenses } from "./choose-device";
import type { Device } from "./device";

/** A machine with these devices. @param rates GFLOP/s of what opens */
function machine(rates: Partial<Record<Device, number>>, more: Partial<DeviceSenses> = {}) {
  const opened: Device[] = [];
  const senses: DeviceSenses = {
    obstacle: () => null,
    hasGpu: () => true,
    measure: async (device) => {
      opened.push(device);
      const gflops = rates[device];
      if (gflops === undefined) throw new Error(`no driver for ${device}\nat some place`);
      return { gflops };
    },
    ...more,
  };
  return { senses, opened };
}

test("auto takes CUDA before WebGPU, and the processor when neither opens", async () => {
  const all = machine({ cpu: 100, webgpu: 2000, cuda: 3000 });
  expect(await chooseDevice("auto", all.senses)).toEqual({ device: "cuda", message: "Device auto takes cuda." });
  expect(all.opened).not.toContain("webgpu");
  const { device, message } = await chooseDevice("auto", machine({ cpu: 100, webgpu: 2000 }).senses);
  expect(device).toBe("webgpu");
  expect(message).toMatch(/^Device auto takes webgpu\. Not taken: cuda \(no driver for cuda\)\.$/);
  const none = await chooseDevice("auto", machine({ cpu: 100 }).senses);
  expect(none.device).toBe("cpu");
  expect(none.message).toMatch(/takes cpu\. Not taken: cuda \(no driver.*; webgpu \(no driver/);
});

test("auto leaves a device that multiplies slower than the processor, and says both rates", async () => {
  const { device, message } = await chooseDevice("auto", machine({ cpu: 115, webgpu: 3.27 }).senses);
  expect(device).toBe("cpu");
  expect(message).toContain("multiplies at 3.3 GFLOP/s where the processor reaches 115: a software device");
});

test("auto leaves a device that gains too little", async () => {
  expect((await chooseDevice("auto", machine({ cpu: 100, webgpu: 199 }).senses)).device).toBe("cpu");
  expect((await chooseDevice("auto", machine({ cpu: 100, webgpu: 200 }).senses)).device).toBe("webgpu");
});

test("where no GPU shows, auto opens nothing", async () => {
  const { senses, opened } = machine({ cpu: 100, webgpu: 2000 }, { hasGpu: () => false });
  expect((await chooseDevice("auto", senses)).message).toContain("webgpu (this machine shows no GPU)");
  expect(opened).toEqual([]);
});

test("a device that is named is taken, however slow", async () => {
  const { senses } = machine({ cpu: 100, webgpu: 3 }, { hasGpu: () => false });
  expect(await chooseDevice("webgpu", senses)).toEqual({ device: "webgpu", message: null });
  expect(await chooseDevice("cpu", senses)).toEqual({ device: "cpu", message: null });
});

test("a device that is named and does not open is an error that says why, never another device", async () => {
  await expect(chooseDevice("webgpu", machine({ cpu: 100, cuda: 3000 }).senses)).rejects.toThrow(
    /^The device "webgpu" cannot be opened here: no driver for webgpu; it takes .*\. Or choose "cpu" or "auto"\.$/,
  );
  const missing = machine(
    { cpu: 100, cuda: 3000 },
    { obstacle: (name) => (name === "cuda" ? { reason: "no files", remedy: "fetch them" } : null) },
  );
  const refused = await chooseDevice("cuda", missing.senses).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AppError);
  expect(refused).toMatchObject({
    code: "invalid_input",
    fieldErrors: { device: [expect.stringContaining("here: no files; fetch them. Or")] },
  });
  expect(missing.opened).toEqual([]);
});
