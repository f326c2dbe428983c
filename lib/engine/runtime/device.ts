/** @file The execution providers that the engine runs on, by ONNX Runtime's names. */
export type Device = "cpu" | "webgpu" | "cuda";

/** Tensors can stay in its memory between sessions. ONNX Runtime's node binding (1.30) knows no other devices' memory. */
export const keepsTensors = (device: Device): boolean => device === "webgpu";
