/** @file What a device needs that can be seen to be missing before anything is opened, and what to do about it. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { arch, platform } from "node:process";
import type { Device } from "./device";

/** Not in the npm package, for their size; loaded from beside the library that is. */
const CUDA_FILES = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

const packageFolder = () => dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));

/** Where ONNX Runtime loads providers from: what its own install script fills. */
const providerFolder = () => join(packageFolder(), "bin", "napi-v6", platform, arch);

/** Why a device cannot be used, and what it takes; in words that follow a colon. */
export interface Obstacle {
  reason: string;
  remedy: string | null;
}

export const inWords = ({ reason, remedy }: Obstacle): string => (remedy === null ? reason : `${reason}; ${remedy}`);

/** Null where nothing is known to be in the way. */
export function deviceObstacle(device: Device): Obstacle | null {
  if (device !== "cuda") return null;
  if (platform !== "linux" || arch !== "x64")
    return { reason: "ONNX Runtime has CUDA for Node.js on Linux x64 only", remedy: null };
  const folder = providerFolder();
  if (CUDA_FILES.every((name) => existsSync(join(folder, name)))) return null;
  const script = join(packageFolder(), "script", "install.js");
  return {
    reason: "its provider files are missing",
    remedy: `with CUDA 12 and cuDNN 9 installed, run: node ${script} --onnxruntime-node-install=cuda12 (it puts ${CUDA_FILES.join(" and ")} into ${folder})`,
  };
}

/** What to look after when a device does not open although nothing is known to be in the way. */
export function deviceRemedy(device: Device): string {
  if (device === "cuda") return "it takes an NVIDIA driver, CUDA 12 and cuDNN 9";
  if (platform === "linux") return "it takes a GPU with a Vulkan driver (Mesa 25 or newer, or NVIDIA's own)";
  return "it takes a GPU with an up-to-date driver";
}

/**
 * On Linux a GPU shows as a file of its driver (DRM's, NVIDIA's or WSL's); a Vulkan driver without one computes on the
 * processor. Elsewhere nothing can be told before opening.
 */
export function hasGpu(): boolean {
  if (platform !== "linux") return true;
  const dri = existsSync("/dev/dri") ? readdirSync("/dev/dri") : [];
  return dri.some((name) => name.startsWith("renderD")) || existsSync("/dev/nvidiactl") || existsSync("/dev/dxg");
}
